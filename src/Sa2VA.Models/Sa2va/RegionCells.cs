namespace Sa2VA.Models.Sa2va;

/// <summary>
/// The visual tokens of a region (visual prompt): the cells of the grid that the tower makes of the whole picture, whose upper left pixel,
/// nearest-neighbour resizing as torch does it, lies in the mask.
/// </summary>
public static class RegionCells
{
    /// <summary>The cells, row by row from 0, in rising order. A region too small to have any gets that of its centre of gravity.</summary>
    /// <param name="mask">Row by row; not 0 means inside.</param>
    /// <param name="width">Of the picture.</param>
    /// <param name="height">Of the picture.</param>
    /// <param name="side">Cells along a side, <see cref="Sa2vaConfig.CellsPerSide"/>.</param>
    /// <exception cref="ArgumentException">The mask is empty or of another size.</exception>
    public static IReadOnlyList<int> Of(ReadOnlySpan<byte> mask, int width, int height, int side)
    {
        if (mask.Length != (long)width * height)
            throw new ArgumentException($"The mask has {mask.Length} pixels, and the picture {width}x{height}.", nameof(mask));
        var cells = new List<int>();
        for (var row = 0; row < side; row++)
        {
            for (var column = 0; column < side; column++)
            {
                if (mask[Source(row, height, side) * width + Source(column, width, side)] != 0)
                    cells.Add(row * side + column);
            }
        }

        return cells.Count > 0 ? cells : [Centre(mask, width, height, side)];
    }

    /// <summary>In single precision, as torch computes it.</summary>
    private static int Source(int place, int size, int side) => Math.Min((int)MathF.Floor(place * ((float)size / side)), size - 1);

    private static int Centre(ReadOnlySpan<byte> mask, int width, int height, int side)
    {
        long count = 0, x = 0, y = 0;
        for (var place = 0; place < mask.Length; place++)
        {
            if (mask[place] == 0) continue;
            (count, x, y) = (count + 1, x + place % width, y + place / width);
        }

        if (count == 0)
            throw new ArgumentException("The mask of a region is empty: there is nothing to ask about.", nameof(mask));
        return (int)(y / count * side / height * side + x / count * side / width);
    }
}
