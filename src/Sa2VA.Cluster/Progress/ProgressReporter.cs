using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Progress;

/// <summary>
/// Writes the progress of a node's videos at a bounded rate, so that tracking never waits for it: of several reports of a video that wait, only
/// the newest is written. One task does the writing; a report that cannot be written is logged and dropped.
/// </summary>
public sealed class ProgressReporter : IAsyncDisposable
{
    private readonly IProgressLog _progress;
    private readonly ProgressReporterOptions _options;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly PendingReports _pending;
    // One signal is enough, however many reports came.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _hurry = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private int _isDisposed;

    /// <param name="progress">Where to.</param>
    /// <param name="options">Defaults when null.</param>
    /// <param name="log">Hears of reports that could not be written.</param>
    /// <param name="time">The clock of the pauses.</param>
    public ProgressReporter(IProgressLog progress, ProgressReporterOptions? options = null, ILogger? log = null, TimeProvider? time = null)
    {
        _options = options ?? new ProgressReporterOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.WritesPerSecond, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Capacity, 1);
        _progress = progress;
        _log = log ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        _pending = new PendingReports(_options.Capacity);
        _loop = Task.Run(WriteAllAsync);
    }

    /// <summary>Hands a report in; never waits. After closing it does nothing.</summary>
    public void Report(VideoProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        if (Volatile.Read(ref _isDisposed) == 1) return;
        _pending.Put(progress);
        _wake.Writer.TryWrite(item: true);
    }

    /// <summary>Writes what waits, without pauses and for at most the grace period, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1) return;
        _wake.Writer.TryComplete();
        await _hurry.CancelAsync();
        _stop.CancelAfter(_options.Grace);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _hurry.Dispose();
        _stop.Dispose();
    }

    private async Task WriteAllAsync()
    {
        var pause = TimeSpan.FromSeconds(1) / _options.WritesPerSecond;
        bool more;
        do
        {
            // False once closed; what was handed in before is still written then.
            more = await _wake.Reader.WaitToReadAsync(_stop.Token);
            _wake.Reader.TryRead(out _);
            while (_pending.TryTake(out var progress))
            {
                await WriteAsync(progress);
                await Task.Delay(pause, _time, _hurry.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        while (more);
    }

    private async Task WriteAsync(VideoProgress progress)
    {
        try
        {
            await _progress.ReportAsync(progress, _stop.Token);
        }
        catch (FencedException)
        {
            _log.ReportFenced(progress.VideoId);
        }
        catch (Exception failure) when (!_stop.IsCancellationRequested)
        {
            _log.ReportFailed(failure, progress.VideoId);
        }
    }
}
