using Sa2VA.Evaluation.Metrics;
using Sa2VA.Media.Masks;

namespace Sa2VA.Benchmarks.Evaluation;

/// <summary>J and F of a long clip: a wavy disk that moves, and a prediction a few pixels beside it.</summary>
internal static class ScoreBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var frames = arguments.Number("frames", 3000);
        foreach (var (height, width) in new[] { (270, 480), (480, 854), (1080, 1920) })
        {
            var truth = Clip(height, width, frames, shift: 0);
            var prediction = Clip(height, width, frames, shift: 3);
            var timing = new Timing();
            for (var i = 0; i < arguments.Number("repeat", 3); i++) timing.Measure(() => ClipScorer.Score(prediction, truth));
            Console.WriteLine($"J and F, {frames} frames of {width}x{height}: {timing}, {frames / timing.Median * 1000:F0} frames/s on one thread");
        }
    }

    private static Rle[] Clip(int height, int width, int frames, int shift)
    {
        // A period of 30 positions: making the masks takes longer than scoring them.
        var period = Enumerable.Range(0, 30).Select(i => Disk(height, width, height / 2, width / 4 + i * width / 60 + shift, height / 5)).ToArray();
        return [.. Enumerable.Range(0, frames).Select(i => period[i % period.Length])];
    }

    private static Rle Disk(int height, int width, int cy, int cx, int radius)
    {
        var mask = new byte[height * width];
        for (var p = 0; p < mask.Length; p++)
        {
            var (dy, dx) = (p / width - cy, p % width - cx);
            var edge = radius * (1 + 0.1 * Math.Sin(12 * Math.Atan2(dy, dx)));
            mask[p] = dy * dy + dx * dx < edge * edge ? (byte)1 : (byte)0;
        }

        return RleCodec.Encode(mask, height, width);
    }
}
