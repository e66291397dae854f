namespace Sa2VA.Media;

/// <summary>The five row filters of PNG: each predicts a byte from its neighbours and stores the difference.</summary>
internal static class PngFilter
{
    public const int Count = 5;

    /// <summary>Writes the filtered row; returns the sum of absolute differences, the usual guess of how well it will compress.</summary>
    public static long Apply(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, Span<byte> target)
    {
        var cost = 0L;
        for (var i = 0; i < row.Length; i++)
        {
            var value = (byte)(row[i] - Predict(filter, i >= step ? row[i - step] : 0, above[i], i >= step ? above[i - step] : 0));
            target[i] = value;
            cost += Math.Abs((int)(sbyte)value);
        }

        return cost;
    }

    /// <summary>Turns a filtered row back into pixels, in place.</summary>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        for (var i = 0; i < row.Length; i++)
            row[i] += (byte)Predict(filter, i >= step ? row[i - step] : 0, above[i], i >= step ? above[i - step] : 0);
    }

    private static int Predict(int filter, int left, int up, int upLeft) => filter switch
    {
        1 => left,
        2 => up,
        3 => (left + up) / 2,
        4 => Paeth(left, up, upLeft),
        _ => 0,
    };

    private static int Paeth(int left, int up, int upLeft)
    {
        var estimate = left + up - upLeft;
        var (a, b, c) = (Math.Abs(estimate - left), Math.Abs(estimate - up), Math.Abs(estimate - upLeft));
        return a <= b && a <= c ? left : b <= c ? up : upLeft;
    }
}
