using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Captions.Scores;

/// <summary>A mask as stretches of set pixels, ready to be compared with many others without decoding either.</summary>
internal sealed class RunMask
{
    private readonly List<(long Start, long End)> _stretches = [];

    /// <summary>Reads a mask.</summary>
    /// <exception cref="InvalidDataException">The run lengths are damaged or do not fill the size.</exception>
    public RunMask(Rle rle)
    {
        (Height, Width) = (rle.Height, rle.Width);
        var (position, set, pixels) = (0L, false, (long)rle.Height * rle.Width);
        foreach (var run in RleCodec.FromCounts(rle.Counts))
        {
            if (run < 0 || run > pixels - position) throw Misfit(rle);
            if (set && run > 0) _stretches.Add((position, position + run));
            if (set) Area += run;
            position += run;
            set = !set;
        }

        if (position != pixels) throw Misfit(rle);
    }

    public int Height { get; }

    public int Width { get; }

    /// <summary>Set pixels.</summary>
    public long Area { get; }

    /// <summary>Pixels that are set in both; the other has the same size.</summary>
    public long Common(RunMask other)
    {
        var common = 0L;
        for (int i = 0, j = 0; i < _stretches.Count && j < other._stretches.Count;)
        {
            var (mine, theirs) = (_stretches[i], other._stretches[j]);
            common += Math.Max(0, Math.Min(mine.End, theirs.End) - Math.Max(mine.Start, theirs.Start));
            if (mine.End < theirs.End) i++;
            else j++;
        }

        return common;
    }

    /// <summary>Intersection over union; 0 when both are empty.</summary>
    public double IoU(RunMask other)
    {
        var common = Common(other);
        var union = Area + other.Area - common;
        return union == 0 ? 0 : (double)common / union;
    }

    private static InvalidDataException Misfit(Rle rle) => new($"The run lengths do not fill a mask of {rle.Width}x{rle.Height}; the string or the size is wrong.");
}
