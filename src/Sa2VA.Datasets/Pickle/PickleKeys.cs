namespace Sa2VA.Datasets;

/// <summary>
/// Compares keys. Numbers are hashed with the process's random seed, as texts are anyway, so that no file can be made whose keys all
/// collide.
/// </summary>
internal sealed class PickleKeys : IEqualityComparer<object>
{
    public static readonly PickleKeys Comparer = new();

    public new bool Equals(object? a, object? b) => object.Equals(a, b);

    public int GetHashCode(object key) => key switch
    {
        long number => Mixed(number),
        double number => Mixed(BitConverter.DoubleToInt64Bits(number)),
        _ => key.GetHashCode(),
    };

    private static int Mixed(long bits) => HashCode.Combine((int)bits, (int)(bits >> 32));
}
