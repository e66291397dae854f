namespace Sa2VA.Evaluation.Metrics;

/// <summary>
/// DAVIS's boundary of a mask: the pixels that differ from their right, lower or lower-right neighbour. The last row looks only
/// to the right, the last column only down, and the last pixel is never on the boundary.
/// </summary>
internal static class BoundaryMap
{
    /// <summary>Replaces <paramref name="boundary"/> by the boundary of <paramref name="mask"/>, both of one size.</summary>
    public static void Find(BitMask mask, BitMask boundary)
    {
        for (var x = 0; x < mask.Width - 1; x++)
            Inner(mask.Column(x), mask.Column(x + 1), boundary.Column(x), mask.Height);
        Last(mask.Column(mask.Width - 1), boundary.Column(mask.Width - 1), mask.Height);
    }

    private static void Inner(ReadOnlySpan<ulong> here, ReadOnlySpan<ulong> right, Span<ulong> boundary, int height)
    {
        for (var w = 0; w < here.Length; w++)
            boundary[w] = (here[w] ^ Below(here, w)) | (here[w] ^ right[w]) | (here[w] ^ Below(right, w));
        var lastRow = 1UL << (height - 1);
        boundary[^1] = (boundary[^1] & ~lastRow) | ((here[^1] ^ right[^1]) & lastRow);
    }

    private static void Last(ReadOnlySpan<ulong> here, Span<ulong> boundary, int height)
    {
        for (var w = 0; w < here.Length; w++) boundary[w] = here[w] ^ Below(here, w);
        boundary[^1] &= ~(1UL << (height - 1));
    }

    /// <summary>For each pixel of a word the pixel one row down. A shift count of a 64-bit word is taken modulo 64, here and above.</summary>
    private static ulong Below(ReadOnlySpan<ulong> column, int w)
        => column[w] >> 1 | (w + 1 < column.Length ? column[w + 1] << 63 : 0);
}
