using System.Runtime.CompilerServices;

namespace Sa2VA.Cluster.Transport;

/// <summary>
/// The embedded transport: queues in memory. It outlives no process, and need not: on the next start the journal says
/// what is unfinished. <paramref name="capacity"/> counts work that is queued or in hand; a publisher waits for room.
/// </summary>
public sealed class InProcessTransport(int capacity = 1024, TimeProvider? time = null) : ITransport
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Lane, LinkedList<Pending>> _waiting = [];
    private readonly SemaphoreSlim _room = new(capacity, capacity);
    private readonly List<DeadWork> _dead = [];
    private readonly Dictionary<string, Mailbox> _boxes = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private long _taken;

    // Completed and replaced whenever work arrives.
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public async ValueTask PublishAsync(WorkItem item, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        await _room.WaitAsync(cancellationToken);
        Queue(new Pending(item, IsRedelivered: false), atTheFront: false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IWorkDelivery> ConsumeAsync(
        IReadOnlyCollection<WorkKind> kinds, int prefetch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(prefetch);
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        var consumer = new Consumer(this, Lane.Of(kinds), prefetch);
        try
        {
            while (await consumer.NextAsync(stopped.Token) is { } delivery) yield return delivery;
        }
        finally
        {
            consumer.ReturnUnsettled();
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueLength>> LengthsAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return ValueTask.FromResult<IReadOnlyList<QueueLength>>([.. Lane.Of(Enum.GetValues<WorkKind>()).Select(lane => new QueueLength(lane.Kind, lane.Priority, WaitingIn(lane).Count))]);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DeadWork>> DeadWorkAsync(int limit, CancellationToken cancellationToken)
    {
        lock (_gate) return ValueTask.FromResult<IReadOnlyList<DeadWork>>([.. _dead.Take(limit)]);
    }

    /// <inheritdoc/>
    public ValueTask<long> CountDeadAsync(CancellationToken cancellationToken)
    {
        lock (_gate) return ValueTask.FromResult((long)_dead.Count);
    }

    /// <inheritdoc/>
    public ValueTask<bool> ForgetDeadAsync(string videoId, CancellationToken cancellationToken)
    {
        lock (_gate) return ValueTask.FromResult(_dead.RemoveAll(dead => dead.Item.VideoId == videoId) > 0);
    }

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable> BindAsync(
        string key, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive, CancellationToken cancellationToken)
    {
        var box = new Mailbox(this, key, receive);
        lock (_gate)
        {
            // The newest owner of a key gets its mail; the older one is fenced off by its epoch.
            _boxes[key] = box;
        }

        return ValueTask.FromResult<IAsyncDisposable>(box);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> SendAsync(string key, ReadOnlyMemory<byte> letter, CancellationToken cancellationToken)
    {
        Mailbox? box;
        lock (_gate) _boxes.TryGetValue(key, out box);
        if (box is null) return false;
        await box.ReceiveAsync(letter, cancellationToken);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _closing.CancelAsync();

    private LinkedList<Pending> WaitingIn(Lane lane)
    {
        if (!_waiting.TryGetValue(lane, out var queue)) _waiting.Add(lane, queue = []);
        return queue;
    }

    private void Queue(Pending work, bool atTheFront)
    {
        lock (_gate)
        {
            var queue = WaitingIn(Lane.Of(work.Item));
            if (atTheFront) queue.AddFirst(work);
            else queue.AddLast(work);
            _arrival.TrySetResult();
            _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Bury(Pending work, string reason)
    {
        lock (_gate) _dead.Add(new DeadWork(work.Item, reason, _time.GetUtcNow()));
        _room.Release();
    }

    private readonly record struct Pending(WorkItem Item, bool IsRedelivered);

    /// <summary>One enumeration: what it has in hand, and how much it may have.</summary>
    private sealed class Consumer(InProcessTransport owner, IReadOnlyList<Lane> lanes, int prefetch)
    {
        private readonly SemaphoreSlim _hands = new(prefetch, prefetch);
        private readonly HashSet<Delivery> _unsettled = [];
        private readonly FairOrder _order = new(lanes);

        public InProcessTransport Owner { get; } = owner;

        public async ValueTask<Delivery?> NextAsync(CancellationToken stopped)
        {
            try
            {
                await _hands.WaitAsync(stopped);
                for (; ; )
                {
                    Task arrival;
                    lock (Owner._gate)
                    {
                        if (Take() is { } delivery) return delivery;
                        arrival = Owner._arrival.Task;
                    }

                    await arrival.WaitAsync(stopped);
                }
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        public void ReturnUnsettled()
        {
            Delivery[] left;
            lock (Owner._gate)
            {
                left = [.. _unsettled.OrderByDescending(delivery => delivery.Number)];
                _unsettled.Clear();
            }

            foreach (var delivery in left) Owner.Queue(delivery.Work with { IsRedelivered = true }, atTheFront: true);
        }

        public void Settle(Delivery delivery, Action<Pending> settled)
        {
            lock (Owner._gate)
            {
                if (!_unsettled.Remove(delivery)) return; // settled before, or given to another consumer
            }

            settled(delivery.Work);
            _hands.Release();
        }

        private Delivery? Take()
        {
            var filled = _order.Next().Where(lane => Owner.WaitingIn(lane).Count > 0).ToList();
            if (filled.Count == 0) return null;
            var queue = Owner.WaitingIn(filled[0]);
            var delivery = new Delivery(this, queue.First!.Value, Owner._taken++);
            queue.RemoveFirst();
            _order.Took(filled[0], filled[1..]);
            _unsettled.Add(delivery);
            return delivery;
        }
    }

    private sealed class Delivery(Consumer consumer, Pending work, long number) : IWorkDelivery
    {
        public Pending Work { get; } = work;

        public long Number { get; } = number;

        public WorkItem Item => Work.Item;

        public bool IsRedelivered => Work.IsRedelivered;

        public ValueTask AcknowledgeAsync(CancellationToken cancellationToken)
        {
            consumer.Settle(this, _ => consumer.Owner._room.Release());
            return default;
        }

        public ValueTask ReturnAsync(CancellationToken cancellationToken)
        {
            consumer.Settle(this, work => consumer.Owner.Queue(work with { IsRedelivered = true }, atTheFront: true));
            return default;
        }

        public ValueTask BuryAsync(string reason, CancellationToken cancellationToken)
        {
            consumer.Settle(this, work => consumer.Owner.Bury(work, reason));
            return default;
        }
    }

    private sealed class Mailbox(
        InProcessTransport owner, string key, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive) : IAsyncDisposable
    {
        private readonly SemaphoreSlim _turn = new(1, 1);

        public async ValueTask ReceiveAsync(ReadOnlyMemory<byte> letter, CancellationToken cancellationToken)
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                await receive(letter, cancellationToken);
            }
            finally
            {
                _turn.Release();
            }
        }

        public ValueTask DisposeAsync()
        {
            lock (owner._gate)
            {
                if (owner._boxes.TryGetValue(key, out var bound) && ReferenceEquals(bound, this)) owner._boxes.Remove(key);
            }

            return default;
        }
    }
}
