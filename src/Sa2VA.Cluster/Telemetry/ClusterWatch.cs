using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>
/// Looks at the servers every so often: how much waits and how the videos stand goes to the metrics, and whether the servers answer to the
/// probes, which so never wait for one that is away.
/// </summary>
public sealed class ClusterWatch : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private readonly NodeTelemetry _telemetry;
    private readonly Func<CancellationToken, ValueTask<IReadOnlyList<QueueLength>>> _queues;
    private readonly Func<CancellationToken, Task<IReadOnlyList<JobView>>> _jobs;
    private readonly Func<(int Used, int Total)> _slots;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private int _disposed;

    /// <summary>Begins to look.</summary>
    /// <param name="telemetry">Who is told; stays the caller's and must outlive the watch.</param>
    /// <param name="queues">As <see cref="ITransport.LengthsAsync"/>.</param>
    /// <param name="jobs">The jobs whose videos are counted: the latest ones.</param>
    /// <param name="slots">Places of this node.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public ClusterWatch(
        NodeTelemetry telemetry, Func<CancellationToken, ValueTask<IReadOnlyList<QueueLength>>> queues, Func<CancellationToken, Task<IReadOnlyList<JobView>>> jobs,
        Func<(int Used, int Total)> slots, TimeProvider? time = null)
    {
        (_telemetry, _queues, _jobs, _slots, _time) = (telemetry, queues, jobs, slots, time ?? TimeProvider.System);
        _loop = LookAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(Every, _time);
        try
        {
            do
            {
                var (used, total) = _slots();
                _telemetry.Metrics.SetSlots(used, total);
                await Task.WhenAll(
                    AskAsync("rabbitmq", async stop => _telemetry.Metrics.SetQueues(await _queues(stop))),
                    AskAsync("postgres", async stop => _telemetry.Metrics.SetVideos(Sum(await _jobs(stop)))));
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The end that was asked for.
        }
    }

    private async Task AskAsync(string server, Func<CancellationToken, Task> look)
    {
        using var limit = new CancellationTokenSource(AnswerLimit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        try
        {
            await look(both.Token).WaitAsync(both.Token);
            Tell(server, reason: null);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !_stopping.IsCancellationRequested)
        {
            Tell(server, $"It did not answer within {AnswerLimit.TotalSeconds:0} s; work goes on when it does.");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whatever it is, the next look may find it mended; the probe says what it was.
            Tell(server, ServerUnavailableException.Is(failure) ? $"{failure.Message} Work goes on when it is back." : failure.Message);
        }
    }

    private void Tell(string server, string? reason) => _telemetry.Watch(new HealthCheck(server, _ => ValueTask.FromResult(reason)));

    private static Dictionary<VideoState, long> Sum(IReadOnlyList<JobView> jobs)
        => Enum.GetValues<VideoState>().ToDictionary(state => state, state => jobs.Sum(job => job.ByState.GetValueOrDefault(state)));
}
