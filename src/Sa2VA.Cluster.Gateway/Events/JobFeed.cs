using System.Runtime.CompilerServices;
using System.Text.Json;
using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Gateway.Events;

/// <summary>
/// A job's events for every reader of this gateway: read once and written once, however many hear them. The latest are kept here; a reader that is
/// behind them reads what it lacks from the store by itself, then joins. With many readers events come in larger batches, so that what a job's
/// readers cost does not grow without bound.
/// </summary>
internal sealed class JobFeed : IAsyncDisposable
{
    private const int MostInBatch = 100;
    private const int MostKept = 2_000;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PausePerReader = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly string _job;
    private readonly IProgressLog _progress;
    private readonly JsonSerializerOptions _json;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    // Guards what follows.
    private readonly Lock _gate = new();
    private readonly Queue<EventBatch> _kept = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private JobEventId _start;
    private int _keptEvents;
    private int _readers;

    /// <param name="job">Whose events.</param>
    /// <param name="start">Events after this one are kept here: what the first reader has seen.</param>
    /// <param name="progress">Where they are.</param>
    /// <param name="json">How an event is written.</param>
    /// <param name="time">The clock of the pauses.</param>
    public JobFeed(string job, JobEventId start, IProgressLog progress, JsonSerializerOptions json, TimeProvider time)
    {
        (_job, _start, _progress, _json, _time) = (job, start, progress, json, time);
        _loop = Task.Run(FollowAsync);
    }

    /// <summary>Events after one, in pieces that are ready to be sent; does not end by itself. Cancelling ends it without an exception.</summary>
    /// <param name="seen">The last that the reader knows.</param>
    /// <param name="stop">Ends it.</param>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JobEventId seen, [EnumeratorCancellation] CancellationToken stop)
    {
        Interlocked.Increment(ref _readers);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (After(seen) is not var (fresh, more))
                {
                    await foreach (var batch in StoredAsync(seen, stop))
                    {
                        yield return batch.After(seen);
                        seen = batch.Last;
                        if (After(seen) is not null) break;
                    }

                    continue;
                }

                foreach (var batch in fresh)
                {
                    yield return batch.After(seen);
                    seen = batch.Last;
                }

                if (fresh.Count == 0) await more.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                // What ended the following ends its readers.
                if (more.IsFaulted) await more;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task FollowAsync()
    {
        try
        {
            await foreach (var batch in StoredAsync(_start, _stop.Token))
            {
                Keep(batch);
                // A full batch is history, which is read without a rest; what happens now may wait for company.
                if (batch.Count < MostInBatch) await Task.Delay(Pause(), _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (Exception failure)
        {
            lock (_gate) _more.TrySetException(failure);
        }
    }

    private TimeSpan Pause()
    {
        var pause = ShortestPause + PausePerReader * Volatile.Read(ref _readers);
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <summary>Stored events, as many at a time as are there without waiting.</summary>
    private async IAsyncEnumerable<EventBatch> StoredAsync(JobEventId after, [EnumeratorCancellation] CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var events = _progress.ReadEventsAsync(_job, after.ToString(), end.Token).GetAsyncEnumerator(CancellationToken.None);
        var next = Task.FromResult(true);
        try
        {
            var together = new List<StoredJobEvent>();
            for (; ; )
            {
                next = events.MoveNextAsync().AsTask();
                if (together.Count > 0 && (!next.IsCompleted || together.Count == MostInBatch))
                {
                    yield return EventBatch.Of(together, _json);
                    together.Clear();
                }

                if (!await next) break;
                together.Add(events.Current);
            }

            if (together.Count > 0) yield return EventBatch.Of(together, _json);
        }
        finally
        {
            // Whoever has enough leaves no read behind.
            await end.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Keep(EventBatch batch)
    {
        TaskCompletionSource told;
        lock (_gate)
        {
            _kept.Enqueue(batch);
            _keptEvents += batch.Count;
            while (_keptEvents > MostKept)
            {
                var oldest = _kept.Dequeue();
                _keptEvents -= oldest.Count;
                _start = oldest.Last;
            }

            told = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        told.SetResult();
    }

    /// <summary>The kept batches that have something after an event, and a task that completes when there is more; null when older ones are no longer kept.</summary>
    private (List<EventBatch> Fresh, Task More)? After(JobEventId seen)
    {
        lock (_gate) return seen < _start ? null : ([.. _kept.SkipWhile(batch => batch.Last <= seen)], _more.Task);
    }
}
