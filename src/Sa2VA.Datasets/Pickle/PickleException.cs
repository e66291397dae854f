namespace Sa2VA.Datasets;

/// <summary>A pickle is damaged, asks for something that is not data, or is larger than allowed.</summary>
internal sealed class PickleException(string message, long position, Exception? inner = null)
    : Exception($"{message} (at byte {position} of the pickle)", inner)
{
    /// <summary>Where in the pickle, in bytes.</summary>
    public long Position { get; } = position;
}
