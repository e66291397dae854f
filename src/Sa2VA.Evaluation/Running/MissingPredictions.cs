namespace Sa2VA.Evaluation.Running;

/// <summary>What to make of an expression, or a frame, that has no prediction.</summary>
public enum MissingPredictions
{
    /// <summary>The evaluation fails and names it: a score over a part would pass for one over the whole.</summary>
    Error,

    /// <summary>Nothing was found there.</summary>
    Absent,

    /// <summary>Expressions without a prediction are left out, and reports say how many; a frame without one still fails.</summary>
    Skip,
}
