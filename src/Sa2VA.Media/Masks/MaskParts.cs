namespace Sa2VA.Media.Masks;

/// <summary>The parts that a mask falls into: pixels that touch, also at corners, belong together.</summary>
public static class MaskParts
{
    /// <summary>Smaller parts are noise and have no box, as in the evaluation of referring comprehension.</summary>
    public const int LeastPixels = 10;

    /// <summary>The smallest box around each part, in the order in which rows meet them.</summary>
    /// <param name="mask">Row by row; not 0 means inside.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="leastPixels">Parts with fewer pixels are left out.</param>
    public static IReadOnlyList<PixelBox> Boxes(ReadOnlySpan<byte> mask, int width, int height, int leastPixels = LeastPixels)
    {
        if (mask.Length != (long)width * height)
            throw new ArgumentException($"The mask has {mask.Length} pixels; {width}x{height} were expected.", nameof(mask));
        var boxes = new List<PixelBox>();
        var seen = new bool[mask.Length];
        var open = new Stack<int>();
        for (var start = 0; start < mask.Length; start++)
        {
            if (mask[start] == 0 || seen[start]) continue;
            var (left, top, right, bottom, count) = (width, height, -1, -1, 0);
            seen[start] = true;
            open.Push(start);
            while (open.TryPop(out var place))
            {
                var (x, y) = (place % width, place / width);
                (left, top, right, bottom, count) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x), Math.Max(bottom, y), count + 1);
                for (var row = Math.Max(y - 1, 0); row <= Math.Min(y + 1, height - 1); row++)
                {
                    for (var column = Math.Max(x - 1, 0); column <= Math.Min(x + 1, width - 1); column++)
                    {
                        var next = row * width + column;
                        if (mask[next] == 0 || seen[next]) continue;
                        seen[next] = true;
                        open.Push(next);
                    }
                }
            }

            if (count >= leastPixels) boxes.Add(new PixelBox(left, top, right - left + 1, bottom - top + 1));
        }

        return boxes;
    }
}
