namespace Sa2VA.Evaluation.Running;

/// <summary>How an evaluation is done.</summary>
public sealed record EvaluationOptions
{
    /// <summary>What to make of missing predictions. Default: an error.</summary>
    public MissingPredictions Missing { get; init; }

    /// <summary>Videos that are worked on at a time. Default 1.</summary>
    public int Jobs { get; init; } = 1;
}
