using Sa2VA.Cluster.Results;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>A result store whose refused writes are counted.</summary>
public sealed class MeteredResultStore(IResultStore inner, ClusterMetrics metrics) : IResultStore
{
    private const string Name = "results";

    /// <inheritdoc/>
    public Task ClaimAsync(string videoId, long epoch, CancellationToken cancellationToken)
        => metrics.CountFencedAsync(Name, () => inner.ClaimAsync(videoId, epoch, cancellationToken));

    /// <inheritdoc/>
    public Task WriteBlockAsync(string videoId, long epoch, MaskBlock block, CancellationToken cancellationToken)
        => metrics.CountFencedAsync(Name, () => inner.WriteBlockAsync(videoId, epoch, block, cancellationToken));

    /// <inheritdoc/>
    public Task<MaskBlock?> ReadBlockAsync(string videoId, int objectId, int index, CancellationToken cancellationToken)
        => inner.ReadBlockAsync(videoId, objectId, index, cancellationToken);

    /// <inheritdoc/>
    public Task<string> ChainAsync(string videoId, int objectId, int blocks, CancellationToken cancellationToken)
        => inner.ChainAsync(videoId, objectId, blocks, cancellationToken);
}
