namespace Sa2VA.Datasets;

/// <summary>An array of NumPy as plain data. Pickles make an empty one first and fill it later.</summary>
internal sealed class PickleArray
{
    /// <summary>Sizes, outermost first; empty for an array without dimensions.</summary>
    public IReadOnlyList<int> Shape { get; private set; } = [0];

    /// <summary>Row-major: bool[], byte[] (uint8), long[] (other integers), ulong[] (uint64) or double[].</summary>
    public Array Values { get; private set; } = Array.Empty<byte>();

    /// <summary>Sets the content.</summary>
    /// <param name="shape">Sizes whose product is the number of values.</param>
    /// <param name="type">Type of the values.</param>
    /// <param name="bytes">The values as stored.</param>
    /// <param name="firstIndexFastest">Stored in Fortran's order.</param>
    public void Fill(int[] shape, NumpyDtype type, byte[] bytes, bool firstIndexFastest)
    {
        Shape = shape;
        Values = type.Values(firstIndexFastest && shape.Length > 1 ? RowMajor(bytes, shape, type.Size) : bytes);
    }

    private static byte[] RowMajor(byte[] bytes, int[] shape, int size)
    {
        var ordered = new byte[bytes.Length];
        var index = new int[shape.Length];
        for (var target = 0; target < bytes.Length; target += size)
        {
            var source = 0;
            for (var d = shape.Length - 1; d >= 0; d--)
                source = source * shape[d] + index[d];
            bytes.AsSpan(source * size, size).CopyTo(ordered.AsSpan(target));
            for (var d = shape.Length - 1; d >= 0 && ++index[d] == shape[d]; d--)
                index[d] = 0;
        }

        return ordered;
    }
}
