using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>Callers of a gateway: some hear a job's events, and so many times a second somebody asks for masks, whether the last answer has come or not.</summary>
internal sealed class WatcherCrowd : IAsyncDisposable
{
    private const int FramesAsked = 32;

    private readonly HttpClient _client;
    private readonly ConcurrentBag<double> _masks = [];
    private long _events;
    private long _failures;

    public WatcherCrowd(Uri gateway, string secret)
        => _client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue })
        {
            BaseAddress = gateway, Timeout = Timeout.InfiniteTimeSpan, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", secret) },
        };

    /// <summary>Milliseconds until a mask was there.</summary>
    public Distribution Masks => new(_masks);

    public long Events => Interlocked.Read(ref _events);

    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Watches until told to stop.</summary>
    public Task WatchAsync(string job, string video, int watchers, int masksPerSecond, CancellationToken stop)
        => Task.WhenAll([.. Enumerable.Range(0, watchers).Select(_ => HearAsync(job, stop)), AskAsync(video, masksPerSecond, stop)]);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }

    private async Task HearAsync(string job, CancellationToken stop)
    {
        try
        {
            using var response = await _client.GetAsync($"/api/v1/jobs/{job}/events", HttpCompletionOption.ResponseHeadersRead, stop);
            response.EnsureSuccessStatusCode();
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
            while (await lines.ReadLineAsync(stop) is { } line)
            {
                if (line.StartsWith("event:", StringComparison.Ordinal)) Interlocked.Increment(ref _events);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Heard enough.
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            Interlocked.Increment(ref _failures);
        }
    }

    private async Task AskAsync(string video, int perSecond, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1) / perSecond);
        var asking = new List<Task>();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            asking.Add(AskOnceAsync(video, i % FramesAsked));
            await ((Task)timer.WaitForNextTickAsync(stop).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(asking);
    }

    private async Task AskOnceAsync(string video, int frame)
    {
        var since = Stopwatch.GetTimestamp();
        try
        {
            using var response = await _client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/api/v1/videos/{video}/frames/{frame}/masks"));
            await response.Content.ReadAsByteArrayAsync();
            if (response.IsSuccessStatusCode) _masks.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            else Interlocked.Increment(ref _failures);
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref _failures);
        }
    }
}
