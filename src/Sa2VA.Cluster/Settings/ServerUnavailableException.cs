namespace Sa2VA.Cluster.Settings;

/// <summary>A server cannot be reached now; trying again later is the right answer. Whether the work was done there is unknown.</summary>
public class ServerUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether a failure, or what caused it, is one.</summary>
    public static bool Is(Exception? failure) => failure is ServerUnavailableException || (failure?.InnerException is { } inner && Is(inner));
}
