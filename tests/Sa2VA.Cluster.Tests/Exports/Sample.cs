using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Results;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.Exports;

/// <summary>A video of moving rectangles: two objects for one sentence, one for another, and one that is absent.</summary>
internal sealed class Sample
{
    public const int Width = 37;
    public const int Height = 23;

    private readonly int _seed;
    private readonly int _frames;

    public Sample(string name, int seed, int frames = 7, Action<int>? onFrame = null)
    {
        (_seed, _frames) = (seed, frames);
        Video = new ExportVideo
        {
            Name = name,
            Width = Width,
            Height = Height,
            Objects =
            [
                new(1, 0, "the \"red\" ones, both (1)", "They are [SEG] [SEG].", IsAbsent: false), new(2, 0, "the \"red\" ones, both (2)", "They are [SEG] [SEG].", IsAbsent: false),
                new(3, 1, "=<a & b>", Answer: null, IsAbsent: false), new(4, 2, "a unicorn", "It is not there.", IsAbsent: true),
            ],
            Fingerprint = $"{seed}",
            ReadAsync = _ => ReadAsync(onFrame),
        };
    }

    public ExportVideo Video { get; }

    public static Dictionary<int, string> Expressions { get; } = new() { [0] = "the \"red\" ones, both", [1] = "=<a & b>", [2] = "a unicorn" };

    public int Frames => _frames;

    public int FrameOf(int step) => 3 + 2 * step;

    /// <summary>[H, W] of 0 and 1.</summary>
    public byte[] Mask(int step, int objectId)
    {
        var mask = new byte[Height * Width];
        // The third is seen every other frame only; the fourth never.
        if (objectId == 4 || (objectId == 3 && step % 2 == 1)) return mask;
        var (left, top) = ((_seed + step * objectId) % (Width - 9), (_seed * 3 + step) % (Height - 6) * (objectId == 1 ? 0 : 1));
        for (var y = top; y < top + (objectId == 1 ? Height : 5); y++)
        {
            for (var x = left; x < left + 3 * objectId; x++)
            {
                if (y < Height && (x + y) % 5 != 0) mask[y * Width + x] = 1;
            }
        }

        return mask;
    }

    public ExportVideo WithFile(string path) => Video with { OpenAsync = _ => Task.FromResult(new LocalVideo(path)) };

    private async IAsyncEnumerable<StoredStep> ReadAsync(Action<int>? onFrame)
    {
        for (var step = 0; step < _frames; step++)
        {
            onFrame?.Invoke(step);
            await Task.Yield();
            yield return new StoredStep(
                step, FrameOf(step), FrameOf(step) * 512L, FrameOf(step) / 12.0,
                [.. Enumerable.Range(1, 4).Select(id => new StoredMask(id, RleCodec.Encode(Mask(step, id), Height, Width), id * 1.5f, 0.25f))]);
        }
    }
}
