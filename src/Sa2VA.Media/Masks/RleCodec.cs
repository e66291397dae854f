using System.Text;

namespace Sa2VA.Media.Masks;

/// <summary>
/// COCO run-length encoding, to the byte as pycocotools: columns first, the first run counts zeros; the string holds
/// each run (from the third on as the difference to the run two before) in groups of five bits, low group first,
/// with a sixth bit for "more follows", offset by 48 into printable ASCII.
/// </summary>
public static class RleCodec
{
    /// <summary>Encodes a row-major mask of <paramref name="height"/> * <paramref name="width"/> bytes; any value but 0 is set.</summary>
    public static Rle Encode(ReadOnlySpan<byte> mask, int height, int width)
    {
        if (mask.Length != height * width)
            throw new ArgumentException($"A mask of {height} x {width} has {height * width} bytes, not {mask.Length}.", nameof(mask));
        return new Rle(height, width, ToCounts(Runs(mask, height, width)));
    }

    /// <summary>A mask without a set pixel.</summary>
    public static Rle Empty(int height, int width) => new(height, width, ToCounts([height * width]));

    /// <summary>Decodes into row-major bytes, 0 or 1. A string that does not fill the size exactly is an <see cref="InvalidDataException"/>.</summary>
    public static byte[] Decode(Rle rle)
    {
        var (height, width) = (rle.Height, rle.Width);
        var mask = new byte[height * width];
        var position = 0;
        byte value = 0;
        foreach (var run in FromCounts(rle.Counts))
        {
            if (run < 0 || run > mask.Length - position) throw Misfit(rle);
            if (value == 1)
            {
                for (var p = position; p < position + run; p++) mask[p % height * width + p / height] = 1;
            }

            position += run;
            value ^= 1;
        }

        return position == mask.Length ? mask : throw Misfit(rle);
    }

    /// <summary>Number of set pixels, without decoding.</summary>
    public static long Area(Rle rle)
    {
        var area = 0L;
        var runs = FromCounts(rle.Counts);
        for (var i = 1; i < runs.Count; i += 2) area += runs[i];
        return area;
    }

    /// <summary>Run lengths to the compressed string.</summary>
    public static string ToCounts(IReadOnlyList<int> runs)
    {
        var text = new StringBuilder(runs.Count * 2);
        for (var i = 0; i < runs.Count; i++)
        {
            var x = i > 2 ? runs[i] - runs[i - 2] : runs[i];
            bool more;
            do
            {
                var group = x & 0x1f;
                x >>= 5;
                // The sign bit of the last group must tell the sign of what was cut off.
                more = (group & 0x10) != 0 ? x != -1 : x != 0;
                text.Append((char)((more ? group | 0x20 : group) + 48));
            }
            while (more);
        }

        return text.ToString();
    }

    /// <summary>The compressed string to run lengths.</summary>
    public static IReadOnlyList<int> FromCounts(string counts)
    {
        var runs = new List<int>();
        for (var at = 0; at < counts.Length;)
        {
            long x = 0;
            var shift = 0;
            int group;
            do
            {
                if (at == counts.Length || shift > 35 || counts[at] is < (char)48 or > (char)111)
                    throw new InvalidDataException($"The run-length string ends or breaks at character {at} of {counts.Length}.");
                group = counts[at++] - 48;
                x |= (long)(group & 0x1f) << shift;
                shift += 5;
            }
            while ((group & 0x20) != 0);

            if ((group & 0x10) != 0) x |= -1L << shift;
            if (runs.Count > 2) x += runs[^2];
            if (x is < int.MinValue or > int.MaxValue) throw new InvalidDataException($"The run that ends at character {at} has a length of {x}; no mask is that large.");
            runs.Add((int)x);
        }

        return runs;
    }

    private static List<int> Runs(ReadOnlySpan<byte> mask, int height, int width)
    {
        var runs = new List<int>();
        var (run, current) = (0, false);
        for (var x = 0; x < width; x++)
        {
            for (int y = 0, p = x; y < height; y++, p += width)
            {
                if (mask[p] != 0 != current)
                {
                    runs.Add(run);
                    (run, current) = (0, !current);
                }

                run++;
            }
        }

        runs.Add(run);
        return runs;
    }

    private static InvalidDataException Misfit(Rle rle)
        => new($"The run lengths do not fill a mask of {rle.Height} x {rle.Width}; the string or the size is wrong.");
}
