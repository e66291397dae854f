namespace Sa2VA.Actors.Journaling;

/// <summary>
/// An actor whose state only ever comes from its history. Starting: claim the id, load the latest snapshot, fold the
/// events after it. Per command: decide (pure), append, apply, and only then act. A refused append stops the actor
/// before it acted, so an owner that was replaced does nothing more.
/// </summary>
public abstract class EventSourced<TState, TCommand, TEvent>(IJournal journal, IEventCodec<TState, TEvent> codec, string persistenceId, string owner)
    : Actor<TCommand>
    where TState : class
{
    private long _snapshotAt;

    /// <summary>The id under which the history is stored.</summary>
    protected string PersistenceId { get; } = persistenceId;

    /// <summary>The epoch that this incarnation holds; every outside write carries it.</summary>
    protected long Epoch { get; private set; }

    /// <summary>Number of the last event that is in <see cref="State"/>.</summary>
    protected long Sequence { get; private set; }

    /// <summary>The state as of the last appended event.</summary>
    protected TState State { get; private set; } = null!;

    /// <summary>Events between two snapshots of the state. Default 64.</summary>
    protected virtual int SnapshotEvery => 64;

    /// <summary>The state before any event.</summary>
    protected abstract TState Initial { get; }

    /// <summary>What should happen? Pure; an empty list means nothing.</summary>
    protected abstract IReadOnlyList<TEvent> Decide(TState state, TCommand command, DateTimeOffset now);

    /// <summary>What did happen? Pure; replay and live traffic share it.</summary>
    protected abstract TState Evolve(TState state, TEvent happened);

    /// <summary>Acts on the outside world after the events of a command are durable, also when there were none.</summary>
    protected abstract ValueTask ActAsync(TCommand command, IReadOnlyList<TEvent> happened, CancellationToken cancellationToken);

    /// <summary>Called when the state is recovered and before the first command.</summary>
    protected virtual ValueTask RecoveredAsync(CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public sealed override async ValueTask PreStartAsync(CancellationToken cancellationToken)
    {
        var opening = await journal.OpenAsync(PersistenceId, owner, cancellationToken);
        (Epoch, State) = (opening.Epoch, Initial);
        if (opening.Snapshot is { } snapshot && codec.DecodeState(snapshot) is { } state)
            (State, Sequence, _snapshotAt) = (state, snapshot.Sequence, snapshot.Sequence);
        // A snapshot of another version is of no use, and then neither are the events behind it alone.
        var isStart = opening.Snapshot is null || Sequence > 0;
        foreach (var record in isStart ? opening.Records : []) Replay(record);
        if (opening.HasMore || !isStart)
        {
            await foreach (var record in journal.ReadAsync(PersistenceId, Sequence + 1, cancellationToken)) Replay(record);
        }

        await RecoveredAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public sealed override ValueTask ReceiveAsync(TCommand message, CancellationToken cancellationToken)
        => HandleAsync(message, cancellationToken);

    /// <summary>Handles a command of the actor's own, now, past its mailbox.</summary>
    protected async ValueTask HandleAsync(TCommand message, CancellationToken cancellationToken)
    {
        var events = Decide(State, message, Context.Time.GetUtcNow());
        if (events.Count > 0)
        {
            await AppendAsync(events);
            await SnapshotWhenDueAsync();
        }

        await ActAsync(message, events, cancellationToken);
    }

    private void Replay(JournalRecord record)
    {
        if (record.Sequence != Sequence + 1)
            throw new InvalidDataException($"The journal of '{PersistenceId}' jumps from event {Sequence} to {record.Sequence}; it is damaged.");
        State = Evolve(State, codec.Decode(record));
        Sequence = record.Sequence;
    }

    /// <summary>Appends without the actor's token: an append that was begun is finished, so that its outcome is known.</summary>
    private async ValueTask AppendAsync(IReadOnlyList<TEvent> events)
    {
        await journal.AppendAsync(PersistenceId, Epoch, Sequence, [.. events.Select(codec.Encode)], CancellationToken.None);
        foreach (var happened in events) State = Evolve(State, happened);
        Sequence += events.Count;
    }

    private async ValueTask SnapshotWhenDueAsync()
    {
        if (Sequence - _snapshotAt < SnapshotEvery) return;
        await journal.SaveSnapshotAsync(PersistenceId, Epoch, codec.EncodeState(State, Sequence), CancellationToken.None);
        _snapshotAt = Sequence;
    }
}
