using System.Diagnostics;
using System.Globalization;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>How long calls of several kinds took. Thread-safe.</summary>
internal sealed class CallTimes
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, List<double>> _milliseconds = new(StringComparer.Ordinal);

    public async Task<T> OfAsync<T>(string call, Func<Task<T>> work)
    {
        var since = Stopwatch.GetTimestamp();
        var answer = await work();
        Add(call, Stopwatch.GetElapsedTime(since));
        return answer;
    }

    public Task OfAsync(string call, Func<Task> work) => OfAsync(call, async () =>
    {
        await work();
        return 0;
    });

    public void Add(string call, TimeSpan took)
    {
        lock (_gate)
        {
            if (!_milliseconds.TryGetValue(call, out var known)) _milliseconds.Add(call, known = []);
            known.Add(took.TotalMilliseconds);
        }
    }

    /// <summary>Milliseconds of all calls whose names begin so.</summary>
    public double Sum(string prefix)
    {
        lock (_gate) return _milliseconds.Where(call => call.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(call => call.Value.Sum());
    }

    /// <summary>A line per kind.</summary>
    public void Print(int videos)
    {
        lock (_gate)
        {
            foreach (var (call, times) in _milliseconds)
            {
                var spread = new Distribution(times);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {call,-28} {times.Count / (double)videos,5:F1} a video, median {spread.Median:F2} ms, p99 {spread.At(0.99):F2} ms, together {times.Sum() / videos:F2} ms a video"));
            }
        }
    }
}
