namespace Sa2VA.Media.Masks;

/// <summary>A rectangle of whole pixels.</summary>
/// <param name="X">Left column.</param>
/// <param name="Y">Top row.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct PixelBox(int X, int Y, int Width, int Height);

/// <summary>Measures masks without decoding them.</summary>
public static class RleGeometry
{
    /// <summary>The smallest box around the set pixels, null when none is set.</summary>
    /// <exception cref="InvalidDataException">The run lengths are damaged.</exception>
    public static PixelBox? Box(Rle rle)
    {
        ArgumentNullException.ThrowIfNull(rle);
        var (left, right, top, bottom) = (int.MaxValue, -1, int.MaxValue, -1);
        var (position, set) = (0L, false);
        foreach (var run in RleCodec.FromCounts(rle.Counts))
        {
            if (run < 0 || position + run > (long)rle.Height * rle.Width)
                throw new InvalidDataException($"The run lengths do not fill a mask of {rle.Height} x {rle.Width}; the string or the size is wrong.");
            if (set && run > 0)
            {
                var (firstColumn, lastColumn) = ((int)(position / rle.Height), (int)((position + run - 1) / rle.Height));
                (left, right) = (Math.Min(left, firstColumn), Math.Max(right, lastColumn));
                // A run that goes on in the next column covers the bottom of one and the top of the other.
                var spans = firstColumn != lastColumn;
                top = spans ? 0 : Math.Min(top, (int)(position % rle.Height));
                bottom = spans ? rle.Height - 1 : Math.Max(bottom, (int)((position + run - 1) % rle.Height));
            }

            position += run;
            set = !set;
        }

        return right < 0 ? null : new PixelBox(left, top, right - left + 1, bottom - top + 1);
    }
}
