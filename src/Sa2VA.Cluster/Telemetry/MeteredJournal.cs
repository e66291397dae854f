using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>A journal whose refused writes are counted.</summary>
public sealed class MeteredJournal(IJournal inner, ClusterMetrics metrics) : IJournal
{
    private const string Name = "journal";

    /// <inheritdoc/>
    public ValueTask<long> ClaimAsync(string persistenceId, string owner, CancellationToken cancellationToken) => inner.ClaimAsync(persistenceId, owner, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JournalOpening> OpenAsync(string persistenceId, string owner, CancellationToken cancellationToken) => inner.OpenAsync(persistenceId, owner, cancellationToken);

    /// <inheritdoc/>
    public ValueTask AppendAsync(
        string persistenceId, long epoch, long lastSequence, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
        => new(metrics.CountFencedAsync(Name, () => inner.AppendAsync(persistenceId, epoch, lastSequence, entries, cancellationToken).AsTask()));

    /// <inheritdoc/>
    public IAsyncEnumerable<JournalRecord> ReadAsync(string persistenceId, long fromSequence, CancellationToken cancellationToken)
        => inner.ReadAsync(persistenceId, fromSequence, cancellationToken);

    /// <inheritdoc/>
    public ValueTask SaveSnapshotAsync(string persistenceId, long epoch, JournalSnapshot snapshot, CancellationToken cancellationToken)
        => new(metrics.CountFencedAsync(Name, () => inner.SaveSnapshotAsync(persistenceId, epoch, snapshot, cancellationToken).AsTask()));

    /// <inheritdoc/>
    public ValueTask<JournalSnapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken) => inner.LoadSnapshotAsync(persistenceId, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JournalHead> HeadAsync(string persistenceId, CancellationToken cancellationToken) => inner.HeadAsync(persistenceId, cancellationToken);
}
