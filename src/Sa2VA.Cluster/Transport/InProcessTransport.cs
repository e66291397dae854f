using System.Runtime.CompilerServices;

namespace Sa2VA.Cluster.Transport;

/// <summary>
/// The embedded transport: queues in memory. It outlives no process, and need not: on the next start the journal says
/// what is unfinished. <paramref name="capacity"/> counts work that is queued or in hand; a publisher waits for room.
/// </summary>
public sealed class InProcessTransport(int capacity = 1024, int maxAttempts = 5) : ITransport
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Pending, (WorkPriority Priority, long Order)> _waiting = new();
    private readonly SemaphoreSlim _room = new(capacity, capacity);
    private readonly SemaphoreSlim _ready = new(0);
    private readonly List<DeadWork> _dead = [];
    private readonly Dictionary<string, Mailbox> _boxes = [];
    private readonly CancellationTokenSource _closing = new();
    private long _order;

    /// <inheritdoc/>
    public IReadOnlyList<DeadWork> DeadWork
    {
        get
        {
            lock (_gate) return [.. _dead];
        }
    }

    /// <inheritdoc/>
    public async ValueTask PublishAsync(WorkItem item, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        await _room.WaitAsync(cancellationToken);
        Queue(new Pending(item, 1), atTheFront: false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IWorkDelivery> ConsumeAsync(int prefetch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(prefetch);
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        var consumer = new Consumer(this, prefetch);
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
    public IDisposable Bind(string key, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive)
    {
        var box = new Mailbox(this, key, receive);
        lock (_gate)
        {
            // The newest owner of a key gets its mail; the older one is fenced off by its epoch.
            _boxes[key] = box;
        }

        return box;
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

    private void Queue(Pending work, bool atTheFront)
    {
        lock (_gate)
        {
            _order++;
            _waiting.Enqueue(work, (work.Item.Priority, atTheFront ? -_order : _order));
        }

        _ready.Release();
    }

    private void Bury(Pending work, string reason)
    {
        lock (_gate) _dead.Add(new DeadWork(work.Item, reason));
        _room.Release();
    }

    private readonly record struct Pending(WorkItem Item, int Attempt);

    /// <summary>One enumeration: what it has in hand, and how much it may have.</summary>
    private sealed class Consumer(InProcessTransport owner, int prefetch)
    {
        private readonly SemaphoreSlim _hands = new(prefetch, prefetch);
        private readonly HashSet<Delivery> _unsettled = [];

        public async ValueTask<Delivery?> NextAsync(CancellationToken stopped)
        {
            try
            {
                await _hands.WaitAsync(stopped);
                await owner._ready.WaitAsync(stopped);
            }
            catch (OperationCanceledException)
            {
                return null;
            }

            lock (owner._gate)
            {
                var delivery = new Delivery(this, owner._waiting.Dequeue());
                _unsettled.Add(delivery);
                return delivery;
            }
        }

        public void ReturnUnsettled()
        {
            Delivery[] left;
            lock (owner._gate)
            {
                left = [.. _unsettled];
                _unsettled.Clear();
            }

            foreach (var delivery in left) owner.Queue(delivery.Work, atTheFront: true);
        }

        public void Settle(Delivery delivery, string? failure)
        {
            lock (owner._gate)
            {
                if (!_unsettled.Remove(delivery)) return; // settled before, or given to another consumer
            }

            if (failure is null) owner._room.Release();
            else if (delivery.Attempt >= owner.MaxAttempts) owner.Bury(delivery.Work, failure);
            else owner.Queue(delivery.Work with { Attempt = delivery.Attempt + 1 }, atTheFront: false);
            _hands.Release();
        }
    }

    private int MaxAttempts { get; } = maxAttempts;

    private sealed class Delivery(Consumer consumer, Pending work) : IWorkDelivery
    {
        public Pending Work { get; } = work;

        public WorkItem Item => Work.Item;

        public int Attempt => Work.Attempt;

        public ValueTask AcknowledgeAsync(CancellationToken cancellationToken)
        {
            consumer.Settle(this, failure: null);
            return default;
        }

        public ValueTask RejectAsync(string reason, CancellationToken cancellationToken)
        {
            consumer.Settle(this, reason);
            return default;
        }
    }

    private sealed class Mailbox(
        InProcessTransport owner, string key, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive) : IDisposable
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

        public void Dispose()
        {
            lock (owner._gate)
            {
                if (owner._boxes.TryGetValue(key, out var bound) && ReferenceEquals(bound, this)) owner._boxes.Remove(key);
            }
        }
    }
}
