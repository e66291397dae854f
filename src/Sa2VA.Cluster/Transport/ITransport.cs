namespace Sa2VA.Cluster.Transport;

/// <summary>
/// Work queues and actor mail. Work is delivered at least once: a delivery whose consumer goes away is given to
/// another, and work that keeps failing ends in the dead-letter queue. Mail is for an actor that is alive now.
/// </summary>
public interface ITransport : IAsyncDisposable
{
    /// <summary>Queues work; completes when the queue has taken it, which may mean waiting for room.</summary>
    ValueTask PublishAsync(WorkItem item, CancellationToken cancellationToken);

    /// <summary>
    /// Deliveries, the highest priority first, at most <paramref name="prefetch"/> unsettled at a time. What is
    /// unsettled when the enumeration ends goes back to its queue.
    /// </summary>
    IAsyncEnumerable<IWorkDelivery> ConsumeAsync(int prefetch, CancellationToken cancellationToken);

    /// <summary>Work that was given up, oldest first.</summary>
    IReadOnlyList<DeadWork> DeadWork { get; }

    /// <summary>Receives mail for a key, one letter at a time, until disposed.</summary>
    IDisposable Bind(string key, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive);

    /// <summary>Sends mail; false when nobody is bound to the key, and then the letter went nowhere.</summary>
    ValueTask<bool> SendAsync(string key, ReadOnlyMemory<byte> letter, CancellationToken cancellationToken);
}

/// <summary>How urgent work is.</summary>
public enum WorkPriority
{
    /// <summary>Before all else.</summary>
    High,

    /// <summary>The default.</summary>
    Normal,

    /// <summary>When nothing else waits.</summary>
    Low,
}

/// <summary>A wake-up: it carries ids only, the truth is in the journal.</summary>
public sealed record WorkItem(string VideoId, WorkPriority Priority = WorkPriority.Normal);

/// <summary>Work that failed too often, with the last reason.</summary>
public sealed record DeadWork(WorkItem Item, string Reason);

/// <summary>Work in hand; settle it once.</summary>
public interface IWorkDelivery
{
    /// <summary>The work.</summary>
    WorkItem Item { get; }

    /// <summary>1 for the first delivery.</summary>
    int Attempt { get; }

    /// <summary>Done, or made durable elsewhere: forget it.</summary>
    ValueTask AcknowledgeAsync(CancellationToken cancellationToken);

    /// <summary>Failed: deliver it again, or after too many attempts put it with the dead.</summary>
    ValueTask RejectAsync(string reason, CancellationToken cancellationToken);
}
