namespace Sa2VA.Datasets;

/// <summary>A dataset is incomplete, damaged or of another layout; the message names the file and says what to do.</summary>
public sealed class DatasetException : Exception
{
    public DatasetException(string message)
        : base(message)
    {
    }

    public DatasetException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
