using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sa2VA.Cluster.Progress;

/// <summary>
/// Tells watchers what happens to a node's videos, in order and without letting any video wait: events that cannot be written are logged and
/// dropped, and of too many that wait the oldest are. One task does the writing.
/// </summary>
public sealed class EventPublisher : IAsyncDisposable
{
    private const int Capacity = 4096;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly IProgressLog _progress;
    private readonly Func<string, CancellationToken, Task<bool>> _isJobOver;
    private readonly ILogger _log;
    private readonly Channel<(string JobId, JobEvent Happened)> _waiting = Channel.CreateBounded<(string, JobEvent)>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private int _isDisposed;

    /// <param name="progress">Where to.</param>
    /// <param name="isJobOver">Whether nothing of a job is left to do; asked when one of its videos has ended.</param>
    /// <param name="log">Hears of events that could not be written.</param>
    public EventPublisher(IProgressLog progress, Func<string, CancellationToken, Task<bool>> isJobOver, ILogger? log = null)
    {
        (_progress, _isJobOver, _log) = (progress, isJobOver, log ?? NullLogger.Instance);
        _loop = Task.Run(WriteAllAsync);
    }

    /// <summary>Hands an event in; never waits. After closing it does nothing.</summary>
    /// <param name="jobId">Of which job.</param>
    /// <param name="happened">What.</param>
    public void Tell(string jobId, JobEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        _waiting.Writer.TryWrite((jobId, happened));
    }

    /// <summary>Writes what waits, for at most the grace period, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1) return;
        _waiting.Writer.TryComplete();
        _stop.CancelAfter(Grace);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WriteAllAsync()
    {
        await foreach (var (jobId, happened) in _waiting.Reader.ReadAllAsync(_stop.Token))
        {
            try
            {
                await _progress.PublishEventAsync(jobId, happened, _stop.Token);
                // Two nodes that end the last two videos at once may both say so; watchers do not mind.
                if (JobEventTypes.IsEnding(happened.Type) && await _isJobOver(jobId, _stop.Token))
                    await _progress.PublishEventAsync(jobId, new JobEvent(JobEventTypes.JobOver, happened.At), _stop.Token);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !_stop.IsCancellationRequested)
            {
                _log.EventLost(failure, jobId, happened.Type);
            }
        }
    }
}
