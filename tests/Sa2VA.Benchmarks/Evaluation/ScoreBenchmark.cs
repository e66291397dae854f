using Sa2VA.Evaluation.Metrics;

namespace Sa2VA.Benchmarks.Evaluation;

/// <summary>J and F of a long clip: a wavy disk that moves, and a prediction a few pixels beside it.</summary>
internal static class ScoreBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var frames = arguments.Number("frames", 3000);
        foreach (var (height, width) in new[] { (270, 480), (480, 854), (1080, 1920) })
        {
            var truth = MovingDisk.Clip(height, width, frames, shift: 0);
            var prediction = MovingDisk.Clip(height, width, frames, shift: 3);
            var timing = new Timing();
            for (var i = 0; i < arguments.Number("repeat", 3); i++) timing.Measure(() => ClipScorer.Score(prediction, truth));
            Console.WriteLine($"J and F, {frames} frames of {width}x{height}: {timing}, {frames / timing.Median * 1000:F0} frames/s on one thread");
        }
    }
}
