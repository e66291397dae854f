using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Sources;
using Sa2VA.Cluster.Telemetry;

namespace Sa2VA.Cluster.Nodes;

/// <summary>Sources as a node's videos want them.</summary>
public static class NodeSources
{
    /// <summary>Brings a video here, and counts it.</summary>
    /// <exception cref="RunException">It cannot be had, and trying again would not help.</exception>
    /// <exception cref="ServerUnavailableException">It cannot be had now.</exception>
    public static async Task<LocalVideo> FetchForRunAsync(this SourceFetcher sources, string source, ClusterMetrics? metrics, CancellationToken cancellationToken)
    {
        try
        {
            var video = await sources.FetchAsync(source, cancellationToken);
            metrics?.SourceFetched(OriginOf(source), "ok", video.Bytes);
            return new LocalVideo(video.LocalPath, video.Dispose, video.ContentHash);
        }
        catch (SourceException failure)
        {
            metrics?.SourceFetched(OriginOf(source), failure.Kind.ToString().ToLowerInvariant(), bytes: 0);
            throw failure.IsTransient ? new ServerUnavailableException(failure.Message, failure) : new RunException(RunFailureKind.Media, failure.Message, failure);
        }
    }

    private static string OriginOf(string source) => source switch
    {
        _ when source.StartsWith("s3:", StringComparison.OrdinalIgnoreCase) => "s3",
        _ when source.StartsWith("http", StringComparison.OrdinalIgnoreCase) && source.Contains("://", StringComparison.Ordinal) => "web",
        _ => "file",
    };
}
