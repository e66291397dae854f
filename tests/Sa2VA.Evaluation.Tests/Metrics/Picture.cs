using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Metrics;

/// <summary>Small masks as a person draws them: a row a line, '#' is set.</summary>
internal static class Picture
{
    public static Rle Mask(params string[] rows)
        => RleCodec.Encode([.. rows.SelectMany(row => row.Select(c => c == '#' ? (byte)1 : (byte)0))], rows.Length, rows[0].Length);

    /// <summary>A rectangle in a picture of <paramref name="height"/> x <paramref name="width"/>.</summary>
    public static Rle Box(int height, int width, int y, int x, int boxHeight, int boxWidth)
    {
        var mask = new byte[height * width];
        for (var row = y; row < y + boxHeight; row++) mask.AsSpan(row * width + x, boxWidth).Fill(1);
        return RleCodec.Encode(mask, height, width);
    }

    /// <summary>A few random blobs; sometimes nothing, sometimes everything.</summary>
    public static byte[] Blobs(Random random, int height, int width)
    {
        var mask = new byte[height * width];
        for (var blob = random.Next(5); blob > 0; blob--)
        {
            var (cy, cx, radius) = (random.Next(height), random.Next(width), random.Next(1, Math.Max(2, height / 2)));
            for (var p = 0; p < mask.Length; p++)
            {
                var (dy, dx) = (p / width - cy, p % width - cx);
                if (dy * dy + dx * dx <= radius * radius) mask[p] = 1;
            }
        }

        return mask;
    }
}
