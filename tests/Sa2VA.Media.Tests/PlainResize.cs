namespace Sa2VA.Media.Tests;

/// <summary>The slow, obvious version of the resampling: one sum per sample, weights straight from the definition.</summary>
internal static class PlainResize
{
    public static byte[] Bicubic(byte[] pixels, int width, int height, int toWidth, int toHeight)
    {
        var wide = Axis(pixels, width, height, toWidth, horizontal: true);
        return Axis(wide, toWidth, height, toHeight, horizontal: false);
    }

    private static byte[] Axis(byte[] pixels, int width, int height, int to, bool horizontal)
    {
        var (from, lines) = horizontal ? (width, height) : (height, width);
        var (newWidth, newHeight) = horizontal ? (to, height) : (width, to);
        if (from == to)
            return pixels;
        var result = new byte[newWidth * newHeight * 3];
        var scale = (double)from / to;
        var stretch = Math.Max(scale, 1);
        for (var o = 0; o < to; o++)
        {
            var centre = (o + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - 2 * stretch + 0.5));
            var last = Math.Min(from, (int)(centre + 2 * stretch + 0.5));
            var weights = Enumerable.Range(first, last - first).Select(i => Filter((i + 0.5 - centre) / stretch)).ToArray();
            var sum = weights.Sum();
            var fixedPoint = weights.Select(w => (int)Math.Round(w / sum * (1 << 22), MidpointRounding.AwayFromZero)).ToArray();
            for (var line = 0; line < lines; line++)
            {
                for (var c = 0; c < 3; c++)
                {
                    var total = 1 << 21;
                    for (var i = first; i < last; i++)
                        total += fixedPoint[i - first] * pixels[(horizontal ? line * width + i : i * width + line) * 3 + c];
                    result[(horizontal ? line * newWidth + o : o * newWidth + line) * 3 + c] = (byte)Math.Clamp(total >> 22, 0, 255);
                }
            }
        }

        return result;
    }

    private static double Filter(double x)
    {
        x = Math.Abs(x);
        return x < 1 ? 1.5 * x * x * x - 2.5 * x * x + 1 : x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2 : 0;
    }
}
