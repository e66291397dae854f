namespace Sa2VA.Models.QwenVl;

/// <summary>The size that a frame gets before the Qwen-VL towers: sides that are multiples of a factor, an area within limits, nearly the same shape.</summary>
public static class SmartResize
{
    /// <summary>Images that are longer than this many times their width are refused, as by the official code.</summary>
    public const int MostElongated = 200;

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="factor">28 for Qwen2.5-VL, 32 for Qwen3-VL.</param>
    /// <param name="minPixels">Least area.</param>
    /// <param name="maxPixels">Greatest area, at least the square of the factor.</param>
    /// <exception cref="ArgumentException">The frame is empty or too elongated.</exception>
    public static (int Width, int Height) Of(int width, int height, int factor, long minPixels, long maxPixels)
    {
        if (width < 1 || height < 1 || Math.Max(width, height) > (long)MostElongated * Math.Min(width, height))
            throw new ArgumentException($"A frame of {width}x{height} pixels cannot be looked at: neither side may be more than {MostElongated} times the other.", nameof(width));
        var (w, h) = (Rounded(width), Rounded(height));
        if (w * h > maxPixels)
        {
            var shrink = Math.Sqrt((double)height * width / maxPixels);
            (w, h) = (Math.Max(factor, (long)Math.Floor(width / shrink / factor) * factor), Math.Max(factor, (long)Math.Floor(height / shrink / factor) * factor));
        }
        else if (w * h < minPixels)
        {
            var grow = Math.Sqrt((double)minPixels / ((double)height * width));
            (w, h) = ((long)Math.Ceiling(width * grow / factor) * factor, (long)Math.Ceiling(height * grow / factor) * factor);
        }

        return ((int)w, (int)h);

        // Half to even, as Python rounds.
        long Rounded(int side) => Math.Max(factor, (long)Math.Round((double)side / factor, MidpointRounding.ToEven) * factor);
    }
}
