using System.Net;

namespace Sa2VA.Cluster.Client;

/// <summary>The gateway refused, or could not be reached.</summary>
/// <param name="message">What was wrong, and what to do.</param>
/// <param name="status">The status; null when there was no answer.</param>
/// <param name="line">Line of the manifest that is to blame, from 1.</param>
/// <param name="inner">What happened below.</param>
public sealed class Sa2vaException(string message, HttpStatusCode? status = null, long? line = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The status; null when there was no answer.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>Line of the manifest that is to blame, from 1.</summary>
    public long? Line { get; } = line;
}
