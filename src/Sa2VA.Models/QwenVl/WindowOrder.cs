namespace Sa2VA.Models.QwenVl;

/// <summary>The order in which Qwen2.5-VL's tower has the tokens-to-be, so that each window's stand together.</summary>
/// <param name="Order">At each place the number of the group of patches in raster order.</param>
/// <param name="Lengths">Groups in each window, one after another.</param>
public sealed record WindowOrder(long[] Order, int[] Lengths)
{
    /// <summary>Windows row by row, slice after slice; those at the right and the bottom may be smaller.</summary>
    /// <param name="grid">Patches.</param>
    /// <param name="c">Sizes of windows, patches and groups.</param>
    public static WindowOrder Of(PatchGrid grid, QwenVisionConfig c)
    {
        var (rows, columns) = (grid.Rows / c.MergeSize, grid.Columns / c.MergeSize);
        var side = c.WindowSize / c.PatchSize / c.MergeSize;
        var (order, lengths) = (new List<long>(grid.Count / c.GroupSize), new List<int>());
        for (var slice = 0; slice < grid.Slices; slice++)
        {
            for (var top = 0; top < rows; top += side)
            {
                for (var left = 0; left < columns; left += side)
                {
                    var (bottom, right) = (Math.Min(top + side, rows), Math.Min(left + side, columns));
                    for (var row = top; row < bottom; row++)
                    {
                        for (var column = left; column < right; column++)
                            order.Add(((long)slice * rows + row) * columns + column);
                    }

                    lengths.Add((bottom - top) * (right - left));
                }
            }
        }

        return new WindowOrder([.. order], [.. lengths]);
    }

    /// <summary>Where each group in raster order stands.</summary>
    public long[] Inverse()
    {
        var inverse = new long[Order.Length];
        for (var i = 0; i < Order.Length; i++)
            inverse[Order[i]] = i;
        return inverse;
    }
}
