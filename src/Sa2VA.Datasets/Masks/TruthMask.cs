using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>Makes one checked mask out of those that a file holds.</summary>
internal static class TruthMask
{
    /// <summary>Where any of the masks is set; an empty mask of the size when there are none.</summary>
    /// <exception cref="InvalidDataException">A mask has another size, or its run lengths are damaged.</exception>
    public static Rle Unite(int height, int width, IReadOnlyList<Rle> masks)
    {
        foreach (var mask in masks)
        {
            if (mask.Height != height || mask.Width != width)
                throw new InvalidDataException($"A mask is {mask.Width}x{mask.Height} where {width}x{height} is expected.");
        }

        // The empty one stands for "nothing visible", and a single mask is checked like several.
        return RleUnion.Of([RleCodec.Empty(height, width), .. masks]);
    }
}
