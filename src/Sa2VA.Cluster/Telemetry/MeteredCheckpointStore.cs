using Sa2VA.Cluster.Checkpoints;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>A checkpoint store whose refused writes are counted.</summary>
public sealed class MeteredCheckpointStore(ICheckpointStore inner, ClusterMetrics metrics) : ICheckpointStore
{
    private const string Name = "checkpoints";

    /// <inheritdoc/>
    public Task SaveAsync(string videoId, long epoch, string name, Func<string, Task> write, CancellationToken cancellationToken)
        => metrics.CountFencedAsync(Name, () => inner.SaveAsync(videoId, epoch, name, write, cancellationToken));

    /// <inheritdoc/>
    public Task<CheckpointLease?> OpenAsync(string videoId, string name, CancellationToken cancellationToken) => inner.OpenAsync(videoId, name, cancellationToken);

    /// <inheritdoc/>
    public Task PruneAsync(string videoId, long epoch, string? keep, CancellationToken cancellationToken)
        => metrics.CountFencedAsync(Name, () => inner.PruneAsync(videoId, epoch, keep, cancellationToken));
}
