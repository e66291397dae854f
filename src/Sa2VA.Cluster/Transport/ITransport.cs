namespace Sa2VA.Cluster.Transport;

/// <summary>
/// Work queues and actor mail. Work is delivered at least once: a delivery whose consumer goes away is given to
/// another. Mail is for an actor that is alive now.
/// </summary>
public interface ITransport : IAsyncDisposable
{
    /// <summary>Queues work; completes when the queue has taken it for good, which may mean waiting for room or for the server to come back.</summary>
    ValueTask PublishAsync(WorkItem item, CancellationToken cancellationToken);

    /// <summary>
    /// Deliveries of some kinds, the more urgent ones first but none starved, at most <paramref name="prefetch"/> unsettled at a time. What
    /// is unsettled when the enumeration ends goes back to its queue. It survives the server's absence and goes on when it is back.
    /// </summary>
    /// <param name="kinds">At least one.</param>
    /// <param name="prefetch">At least 1.</param>
    /// <param name="cancellationToken">Ends the enumeration without an exception.</param>
    IAsyncEnumerable<IWorkDelivery> ConsumeAsync(IReadOnlyCollection<WorkKind> kinds, int prefetch, CancellationToken cancellationToken);

    /// <summary>How much waits, without what is in hand.</summary>
    ValueTask<IReadOnlyList<QueueLength>> LengthsAsync(CancellationToken cancellationToken);

    /// <summary>Work that was given up, oldest first; it stays.</summary>
    ValueTask<IReadOnlyList<DeadWork>> DeadWorkAsync(int limit, CancellationToken cancellationToken);

    /// <summary>How much work was given up; asking costs next to nothing.</summary>
    ValueTask<long> CountDeadAsync(CancellationToken cancellationToken);

    /// <summary>Takes a video's work from the dead, so that it is listed no more; false when it is not there.</summary>
    ValueTask<bool> ForgetDeadAsync(string videoId, CancellationToken cancellationToken);

    /// <summary>Receives mail for a key, one letter at a time, until disposed. The newest binding of a key gets its mail. Bindings outlast the server's absence.</summary>
    ValueTask<IAsyncDisposable> BindAsync(string key, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive, CancellationToken cancellationToken);

    /// <summary>Sends mail; false when nobody is bound to the key, and then the letter went nowhere.</summary>
    ValueTask<bool> SendAsync(string key, ReadOnlyMemory<byte> letter, CancellationToken cancellationToken);
}

/// <summary>How urgent work is.</summary>
public enum WorkPriority
{
    /// <summary>Before all else, most of the time.</summary>
    High,

    /// <summary>The default.</summary>
    Normal,

    /// <summary>When little else waits; it still gets its share.</summary>
    Low,
}

/// <summary>What a node must be able to do to take work.</summary>
public enum WorkKind
{
    /// <summary>See a video through: <c>work.high</c>, <c>work.normal</c>, <c>work.low</c>.</summary>
    Video,

    /// <summary>Ask the language model about its key frames, then queue it as <see cref="Video"/>: <c>keyframes</c>.</summary>
    Keyframes,

    /// <summary>Answer what waits in a conversation: <c>conversations</c>.</summary>
    Conversation,
}

/// <summary>A wake-up: it carries ids only, the truth is in the journal.</summary>
/// <param name="VideoId">Whose; of <see cref="WorkKind.Conversation"/> the conversation's id.</param>
/// <param name="Priority">How urgent.</param>
/// <param name="Kind">What is to be done.</param>
/// <param name="TraceParent">W3C trace context that it belongs to, so that one trace follows a video over machines; null for none.</param>
public sealed record WorkItem(string VideoId, WorkPriority Priority = WorkPriority.Normal, WorkKind Kind = WorkKind.Video, string? TraceParent = null);

/// <summary>Work that was given up.</summary>
/// <param name="Item">The work.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
/// <param name="IsDropped">Whether the server did so by itself, and no node knows of it.</param>
public sealed record DeadWork(WorkItem Item, string Reason, DateTimeOffset At, bool IsDropped = false);

/// <summary>How many items wait in a queue.</summary>
public sealed record QueueLength(WorkKind Kind, WorkPriority Priority, long Waiting);

/// <summary>Work in hand; settle it once. Settling what the server has taken back meanwhile does nothing.</summary>
public interface IWorkDelivery
{
    /// <summary>The work.</summary>
    WorkItem Item { get; }

    /// <summary>Whether it was handed out before and not settled.</summary>
    bool IsRedelivered { get; }

    /// <summary>Done, or made durable elsewhere: forget it.</summary>
    ValueTask AcknowledgeAsync(CancellationToken cancellationToken);

    /// <summary>Not now: put it back for anyone to take.</summary>
    ValueTask ReturnAsync(CancellationToken cancellationToken);

    /// <summary>Never again: put it with the dead, for a person to look at.</summary>
    ValueTask BuryAsync(string reason, CancellationToken cancellationToken);
}
