using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Nodes;

/// <summary>What a session has to do with the results of other videos: it may use earlier ones, and later videos may use its own.</summary>
internal sealed class EarlierResults(string owner, NodeServices services, ModelDigests digests, Patience patience)
{
    private readonly ResultReuse _reuse = new(services.Jobs, services.Journal, services.Results, services.Time);

    /// <summary>Answers a video with an earlier result, unless its history says that somebody else did meanwhile.</summary>
    /// <param name="job">Its job.</param>
    /// <param name="view">The video, which has not been begun.</param>
    /// <param name="order">What it asks for.</param>
    /// <param name="file">Its content.</param>
    /// <param name="yielding">Stops looking and copying.</param>
    /// <param name="stop">Stops at once.</param>
    /// <returns>The video, which is over, and where its masks are from; null when it is to be run.</returns>
    public async Task<(Video Video, string From)?> FindAsync(JobRequest job, VideoView view, VideoOrder order, LocalVideo file, CancellationToken yielding, CancellationToken stop)
    {
        using var span = ClusterTracing.StartStage("reuse");
        if (await ContentKeyAsync(job, view, order.Choice(), file, yielding) is not { } key) return null;
        if (await patience.TryAsync(() => _reuse.TryAsync(view, order, key, owner, yielding), yielding) is not { } found) return null;
        await patience.TryAsync(() => services.Jobs.RecordContentAsync(view.VideoId, key, stop), stop);
        return found;
    }

    /// <summary>Records the content of a video that is completed, so that later ones can use its results.</summary>
    public async Task RecordContentAsync(JobRequest job, VideoView view, ModelChoice model, LocalVideo file, CancellationToken stop)
    {
        if (await ContentKeyAsync(job, view, model, file, stop) is { } key)
            await patience.TryAsync(() => services.Jobs.RecordContentAsync(view.VideoId, key, stop), stop);
    }

    private async Task<string?> ContentKeyAsync(JobRequest job, VideoView view, ModelChoice model, LocalVideo file, CancellationToken cancellationToken)
    {
        if (file.ContentHash is not { } content) return null;
        try
        {
            return ContentKey.Of(content, await digests.OfAsync(model, cancellationToken), job, view.Request);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            services.Log.NoModelDigest(model.Folder, failure.Message);
            return null;
        }
    }
}
