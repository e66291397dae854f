using System.Runtime.CompilerServices;

namespace Sa2VA.Actors.Journaling;

/// <summary>A journal that lasts as long as the object: for tests, and for runs whose history nobody needs.</summary>
public sealed class InMemoryJournal : IJournal
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, History> _histories = [];

    /// <inheritdoc/>
    public ValueTask<long> ClaimAsync(string persistenceId, string owner, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var history = HistoryOf(persistenceId);
            history.Owner = owner;
            return ValueTask.FromResult(++history.Epoch);
        }
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(
        string persistenceId, long epoch, long lastSequence, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var history = HistoryOf(persistenceId);
            if (history.Epoch != epoch) throw new FencedException(persistenceId, epoch, history.Epoch);
            if (history.Records.Count != lastSequence)
                throw new SequenceConflictException(persistenceId, lastSequence, history.Records.Count);
            foreach (var entry in entries)
                history.Records.Add(new JournalRecord(history.Records.Count + 1, epoch, entry.Type, entry.Payload.ToArray()));
        }

        return default;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalRecord> ReadAsync(
        string persistenceId, long fromSequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JournalRecord[] records;
        lock (_gate) records = [.. HistoryOf(persistenceId).Records.Where(r => r.Sequence >= fromSequence)];
        await Task.CompletedTask;
        foreach (var record in records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return record;
        }
    }

    /// <inheritdoc/>
    public ValueTask SaveSnapshotAsync(string persistenceId, long epoch, JournalSnapshot snapshot, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var history = HistoryOf(persistenceId);
            if (history.Epoch != epoch) throw new FencedException(persistenceId, epoch, history.Epoch);
            if (history.Snapshot is null || history.Snapshot.Sequence <= snapshot.Sequence)
                history.Snapshot = snapshot with { Payload = snapshot.Payload.ToArray() };
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask<JournalSnapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return ValueTask.FromResult(HistoryOf(persistenceId).Snapshot);
    }

    /// <inheritdoc/>
    public ValueTask<JournalHead> HeadAsync(string persistenceId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var history = HistoryOf(persistenceId);
            return ValueTask.FromResult(new JournalHead(history.Epoch, history.Records.Count, history.Owner));
        }
    }

    private History HistoryOf(string persistenceId)
    {
        if (!_histories.TryGetValue(persistenceId, out var history)) _histories[persistenceId] = history = new History();
        return history;
    }

    private sealed class History
    {
        public long Epoch { get; set; }

        public string Owner { get; set; } = "";

        public List<JournalRecord> Records { get; } = [];

        public JournalSnapshot? Snapshot { get; set; }
    }
}
