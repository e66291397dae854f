using Sa2VA.Media.Masks;

namespace Sa2VA.Benchmarks;

/// <summary>Masks of a large disk with a wavy edge that moves to and fro.</summary>
internal static class MovingDisk
{
    public static Rle[] Clip(int height, int width, int frames, int shift)
    {
        // A period of 30 positions: making the masks takes longer than what is measured with them.
        var period = Enumerable.Range(0, 30).Select(i => Mask(height, width, height / 2, width / 4 + i * width / 60 + shift, height / 5)).ToArray();
        return [.. Enumerable.Range(0, frames).Select(i => period[i % period.Length])];
    }

    private static Rle Mask(int height, int width, int cy, int cx, int radius)
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
