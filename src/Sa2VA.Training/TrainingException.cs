namespace Sa2VA.Training;

/// <summary>A training run cannot start or go on; the message says why and what to do.</summary>
public sealed class TrainingException : Exception
{
    public TrainingException(string message)
        : base(message)
    {
    }

    public TrainingException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
