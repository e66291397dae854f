namespace Sa2VA.Actors.Journaling;

/// <summary>
/// Durable history of actors. One persistence id is one actor's events, numbered from 1 without gaps.
/// Ownership is an <em>epoch</em>: whoever wants to write claims the id, which raises the epoch; from then on every
/// write that carries a lower epoch is refused. The check and the write are one atomic step in every adapter.
/// All members are safe to call from several threads and several processes.
/// </summary>
public interface IJournal
{
    /// <summary>Takes the id over: raises its epoch by one (the first claim gives 1) and returns the new epoch.</summary>
    ValueTask<long> ClaimAsync(string persistenceId, string owner, CancellationToken cancellationToken);

    /// <summary>
    /// Claims an id and gives its new owner what to start from. An adapter whose server is far reads everything on the same way; others
    /// leave events to <see cref="ReadAsync"/>.
    /// </summary>
    async ValueTask<JournalOpening> OpenAsync(string persistenceId, string owner, CancellationToken cancellationToken)
    {
        var epoch = await ClaimAsync(persistenceId, owner, cancellationToken);
        return new JournalOpening(epoch, await LoadSnapshotAsync(persistenceId, cancellationToken), [], HasMore: true);
    }

    /// <summary>
    /// Appends events as one unit, numbered from <paramref name="lastSequence"/> + 1. When it returns they survive a
    /// crash; when it throws <see cref="FencedException"/> or <see cref="SequenceConflictException"/> nothing was written.
    /// After any other exception the outcome is unknown: read again before going on.
    /// </summary>
    ValueTask AppendAsync(
        string persistenceId, long epoch, long lastSequence, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken);

    /// <summary>Events from sequence number <paramref name="fromSequence"/> on, in order.</summary>
    IAsyncEnumerable<JournalRecord> ReadAsync(string persistenceId, long fromSequence, CancellationToken cancellationToken);

    /// <summary>
    /// Stores the state as of an event, replacing older ones. Refused with <see cref="FencedException"/> when the epoch
    /// is stale. A snapshot older than the stored one is ignored.
    /// </summary>
    ValueTask SaveSnapshotAsync(string persistenceId, long epoch, JournalSnapshot snapshot, CancellationToken cancellationToken);

    /// <summary>The latest snapshot, or null.</summary>
    ValueTask<JournalSnapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken);

    /// <summary>The id's epoch and last sequence number; both 0 when it has never been claimed.</summary>
    ValueTask<JournalHead> HeadAsync(string persistenceId, CancellationToken cancellationToken);
}

/// <summary>An event to append: a stable type name and its serialised form.</summary>
public sealed record JournalEntry(string Type, ReadOnlyMemory<byte> Payload);

/// <summary>A stored event.</summary>
public sealed record JournalRecord(long Sequence, long Epoch, string Type, ReadOnlyMemory<byte> Payload);

/// <summary>State after the event with number <paramref name="Sequence"/>.</summary>
public sealed record JournalSnapshot(long Sequence, string Type, ReadOnlyMemory<byte> Payload);

/// <summary>What an owner starts from.</summary>
/// <param name="Epoch">That it holds from now on.</param>
/// <param name="Snapshot">The latest; null for none.</param>
/// <param name="Records">Events behind the snapshot, or all when there is none; in order.</param>
/// <param name="HasMore">Whether there may be events behind those.</param>
public sealed record JournalOpening(long Epoch, JournalSnapshot? Snapshot, IReadOnlyList<JournalRecord> Records, bool HasMore);

/// <summary>Who owns an id and how long its history is.</summary>
public readonly record struct JournalHead(long Epoch, long LastSequence, string Owner);
