namespace Sa2VA.Benchmarks;

/// <summary>Measurements of one thing, in the order of their size.</summary>
internal sealed class Distribution(IEnumerable<double> values)
{
    private readonly double[] _values = [.. values.Order()];

    public int Count => _values.Length;

    public double Median => At(0.5);

    public double Least => _values[0];

    public double Largest => _values[^1];

    /// <summary>The smallest value that a share of all does not exceed ("nearest rank").</summary>
    public double At(double share) => _values[Math.Clamp((int)Math.Ceiling(share * _values.Length) - 1, 0, _values.Length - 1)];
}
