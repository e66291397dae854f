using Sa2VA.Media.Masks;

namespace Sa2VA.Training.Data;

/// <summary>Puts run-length masks together into one map of the things at each pixel.</summary>
internal static class ThingMap
{
    /// <summary>Adds a thing where its mask is set.</summary>
    /// <param name="mask">Where it is seen.</param>
    /// <param name="thing">Its bit.</param>
    /// <param name="map">[H, W], of the mask's size.</param>
    /// <exception cref="InvalidDataException">The run lengths do not fill the size.</exception>
    public static void Add(Rle mask, uint thing, Span<uint> map)
    {
        var (height, width, at, set) = (mask.Height, mask.Width, 0, false);
        foreach (var run in RleCodec.FromCounts(mask.Counts))
        {
            if (run < 0 || run > map.Length - at)
                throw Misfit(mask);
            // Runs go down the columns.
            for (var p = at; set && p < at + run; p++)
                map[p % height * width + p / height] |= thing;
            at += run;
            set = !set;
        }

        if (at != map.Length)
            throw Misfit(mask);
    }

    private static InvalidDataException Misfit(Rle mask) =>
        new($"The run lengths do not fill a mask of {mask.Height} x {mask.Width}; the string or the size is wrong.");
}
