namespace Sa2VA.Models.Sa2va.Grounding;

/// <summary>Which frames the language model sees.</summary>
public static class KeyFrameChoice
{
    /// <summary>The first ones.</summary>
    public static int[] First(int frameCount, int count)
    {
        Check(frameCount, count);
        return [.. Enumerable.Range(0, Math.Min(frameCount, count))];
    }

    /// <summary>Spread evenly from the first to the last, cut to integers as numpy's linspace does; each frame once.</summary>
    public static int[] Spread(int frameCount, int count)
    {
        Check(frameCount, count);
        if (count == 1)
            return [0];
        var step = (frameCount - 1) / (double)(count - 1);
        // The last point is the end itself, not a rounded product.
        return [.. Enumerable.Range(0, count).Select(i => i == count - 1 ? frameCount - 1 : (int)(i * step)).Distinct()];
    }

    /// <summary>All when they are few; else spread evenly from the first to the last and rounded, half to even, as numpy rounds.</summary>
    public static int[] Rounded(int frameCount, int count)
    {
        Check(frameCount, count);
        if (frameCount <= count)
            return First(frameCount, count);
        if (count == 1)
            return [0];
        var step = (frameCount - 1) / (double)(count - 1);
        return [.. Enumerable.Range(0, count).Select(i => (int)Math.Round(i * step, MidpointRounding.ToEven))];
    }

    private static void Check(int frameCount, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
    }
}
