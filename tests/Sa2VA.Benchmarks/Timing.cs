using System.Diagnostics;

namespace Sa2VA.Benchmarks;

/// <summary>Times of one thing repeated: by the clock, and in processor time of all threads, which a busy machine distorts less.</summary>
internal sealed class Timing
{
    private readonly List<double> _wall = [];
    private readonly List<double> _processor = [];

    /// <summary>Runs <paramref name="action"/> once more and takes its times.</summary>
    public void Measure(Action action)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        action();
        _wall.Add(watch.Elapsed.TotalMilliseconds);
        process.Refresh();
        _processor.Add((process.TotalProcessorTime - before).TotalMilliseconds);
    }

    /// <summary>Times after one run that is not counted.</summary>
    public static Timing Of(Action action, int repeat)
    {
        action();
        var timing = new Timing();
        for (var i = 0; i < repeat; i++)
            timing.Measure(action);
        return timing;
    }

    /// <summary>Median by the clock, in milliseconds.</summary>
    public double Median => Middle(_wall);

    public override string ToString() =>
        $"{Middle(_wall),9:F1} ms (best {_wall.Min():F1}), processor {Middle(_processor):F0} ms (best {_processor.Min():F0}), {_wall.Count} runs";

    private static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
