namespace Sa2VA.Cluster.Tests.Annotation;

/// <summary>A clock for pauses between attempts: they are over at once, the clock moves by them, and they are kept. Timers for longer never ring.</summary>
/// <param name="notBelow">From here on a timer is a time-out.</param>
internal sealed class SkippingTime(TimeSpan notBelow) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _pauses = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public IReadOnlyList<TimeSpan> Pauses
    {
        get
        {
            lock (_gate) return [.. _pauses];
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= notBelow || dueTime == Timeout.InfiniteTimeSpan) return new Quiet();
        lock (_gate)
        {
            _pauses.Add(dueTime);
            _now += dueTime;
        }

        // Not on the caller's stack: whoever makes a timer may not have it yet.
        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new Quiet();
    }

    private sealed class Quiet : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
