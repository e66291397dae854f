using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>Counts a write that is refused because another owner has the video. The refusal stays the caller's.</summary>
internal static class FenceCount
{
    /// <inheritdoc cref="ClusterMetrics.WriteFenced"/>
    public static async Task CountFencedAsync(this ClusterMetrics metrics, string store, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (FencedException)
        {
            metrics.WriteFenced(store);
            throw;
        }
    }
}
