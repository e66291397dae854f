namespace Sa2VA.Media.Masks;

/// <summary>Unites masks without decoding them.</summary>
public static class RleUnion
{
    /// <summary>The pixels that are set in any of the masks; where masks overlap they count once.</summary>
    /// <param name="masks">At least one, all of one size.</param>
    /// <exception cref="ArgumentException">There is no mask, or sizes differ.</exception>
    /// <exception cref="InvalidDataException">A mask's run lengths are damaged.</exception>
    public static Rle Of(IReadOnlyList<Rle> masks)
    {
        if (masks.Count == 0) throw new ArgumentException("There is no mask to unite.", nameof(masks));
        var first = masks[0];
        if (masks.Count == 1) return first;
        var stretches = new List<(long Start, long End)>();
        foreach (var mask in masks)
        {
            if (mask.Height != first.Height || mask.Width != first.Width)
                throw new ArgumentException($"Masks of {first.Width}x{first.Height} and {mask.Width}x{mask.Height} cannot be united.", nameof(masks));
            AddStretches(mask, stretches);
        }

        stretches.Sort();
        return new Rle(first.Height, first.Width, RleCodec.ToCounts(Runs(stretches, (long)first.Height * first.Width)));
    }

    private static void AddStretches(Rle mask, List<(long Start, long End)> stretches)
    {
        var (position, set) = (0L, false);
        foreach (var run in RleCodec.FromCounts(mask.Counts))
        {
            if (run < 0) throw Misfit(mask);
            if (set && run > 0) stretches.Add((position, position + run));
            position += run;
            set = !set;
        }

        if (position != (long)mask.Height * mask.Width) throw Misfit(mask);
    }

    private static List<int> Runs(List<(long Start, long End)> stretches, long pixels)
    {
        // The end of what was written, and the stretch that still grows.
        var (runs, written, start, end) = (new List<int>(), 0L, 0L, 0L);
        foreach (var stretch in stretches)
        {
            if (stretch.Start > end)
            {
                Close();
                start = stretch.Start;
            }

            end = Math.Max(end, stretch.End);
        }

        Close();
        if (written < pixels) runs.Add((int)(pixels - written));
        return runs;

        void Close()
        {
            if (end == start) return;
            runs.Add((int)(start - written));
            runs.Add((int)(end - start));
            written = end;
        }
    }

    private static InvalidDataException Misfit(Rle rle)
        => new($"The run lengths do not fill a mask of {rle.Height} x {rle.Width}; the string or the size is wrong.");
}
