using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Checkpoints;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>A checkpoint store whose times, sizes and refusals are measured.</summary>
public sealed class MeteredCheckpointStore(ICheckpointStore inner, ClusterMetrics metrics, TimeProvider time) : ICheckpointStore
{
    /// <inheritdoc/>
    public async Task SaveAsync(string videoId, long epoch, string name, Func<string, Task> write, CancellationToken cancellationToken)
    {
        var (began, bytes) = (time.GetTimestamp(), 0L);
        try
        {
            await inner.SaveAsync(videoId, epoch, name, WriteAsync, cancellationToken);
            metrics.CheckpointDone(time.GetElapsedTime(began), bytes);
        }
        catch (FencedException)
        {
            metrics.WriteFenced("checkpoints");
            throw;
        }

        async Task WriteAsync(string file)
        {
            await write(file);
            bytes = new FileInfo(file).Length;
        }
    }

    /// <inheritdoc/>
    public Task<CheckpointLease?> OpenAsync(string videoId, string name, CancellationToken cancellationToken) => inner.OpenAsync(videoId, name, cancellationToken);

    /// <inheritdoc/>
    public Task PruneAsync(string videoId, long epoch, string? keep, CancellationToken cancellationToken) => inner.PruneAsync(videoId, epoch, keep, cancellationToken);
}
