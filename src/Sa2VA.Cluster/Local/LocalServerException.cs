namespace Sa2VA.Cluster.Local;

/// <summary>A server on this machine cannot be started, stopped or asked; the message says which, what was found and what to do.</summary>
public sealed class LocalServerException : Exception
{
    public LocalServerException(string message)
        : base(message)
    {
    }

    public LocalServerException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
