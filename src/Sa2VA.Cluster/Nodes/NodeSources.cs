using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Sources;

namespace Sa2VA.Cluster.Nodes;

/// <summary>Sources as a node's videos want them.</summary>
public static class NodeSources
{
    /// <summary>Brings a video here.</summary>
    /// <exception cref="RunException">It cannot be had, and trying again would not help.</exception>
    /// <exception cref="ServerUnavailableException">It cannot be had now.</exception>
    public static async Task<LocalVideo> FetchForRunAsync(this SourceFetcher sources, string source, CancellationToken cancellationToken)
    {
        try
        {
            var video = await sources.FetchAsync(source, cancellationToken);
            return new LocalVideo(video.LocalPath, video.Dispose);
        }
        catch (SourceException failure)
        {
            throw failure.IsTransient ? new ServerUnavailableException(failure.Message, failure) : new RunException(RunFailureKind.Media, failure.Message, failure);
        }
    }
}
