namespace Sa2VA.Evaluation;

/// <summary>Predictions are missing, damaged or do not fit the dataset; the message names the video and expression, and says what to do.</summary>
public sealed class EvaluationException : Exception
{
    public EvaluationException(string message)
        : base(message)
    {
    }

    public EvaluationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
