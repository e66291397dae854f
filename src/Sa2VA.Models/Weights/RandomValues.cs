using System.Text;

namespace Sa2VA.Models.Weights;

/// <summary>
/// The values that a parameter starts with, as a function of seed, name and position: any part can be made alone, in any order and
/// on any number of threads, and every machine makes the same bits. Therefore no mathematical library is involved: a normal value is
/// the scaled sum of four uniform ones, which is bell-shaped with the right deviation and has no tails beyond 3.5 of it.
/// </summary>
public sealed class RandomValues
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;
    private const double Ulp = 1.0 / (1L << 52);
    private static readonly double SumOfFourToUnit = Math.Sqrt(3) / 65536;
    private readonly ulong _stream;
    private readonly WeightSpec _spec;

    /// <summary>The values of one parameter.</summary>
    public RandomValues(ulong seed, WeightSpec spec)
    {
        _spec = spec;
        _stream = Mix(seed + GoldenGamma * Hash(spec.Name));
    }

    /// <summary>Writes the values from a position on.</summary>
    /// <param name="start">Index of the first one in row-major order.</param>
    /// <param name="values">Filled whole.</param>
    public void Fill(long start, Span<float> values)
    {
        switch (_spec.Init.Kind)
        {
            case InitKind.Constant:
                values.Fill((float)_spec.Init.Value);
                break;
            case InitKind.Normal:
                for (var i = 0; i < values.Length; i++)
                    values[i] = (float)(Bell(start + i, draw: 0) * _spec.Init.Value);
                break;
            case InitKind.TruncatedNormal:
                for (var i = 0; i < values.Length; i++)
                    values[i] = (float)(TruncatedBell(start + i) * _spec.Init.Value);
                break;
            case InitKind.FanIn:
                var bound = FanInBound();
                for (var i = 0; i < values.Length; i++)
                    values[i] = (float)(((Bits(start + i, draw: 0) >> 11) * Ulp - 1) * bound);
                break;
            default:
                throw new InvalidOperationException($"'{_spec.Name}' starts in an unknown way: {_spec.Init.Kind}.");
        }
    }

    private double FanInBound()
    {
        var inputs = 1L;
        foreach (var size in _spec.Shape.AsSpan()[Math.Min(1, _spec.Shape.Length)..])
            inputs *= size;
        return 1 / Math.Sqrt(Math.Max(inputs, 1));
    }

    private double TruncatedBell(long index)
    {
        for (var draw = 0; ; draw++)
        {
            if (Bell(index, draw) is >= -2 and <= 2 and var value)
                return value;
        }
    }

    private double Bell(long index, int draw)
    {
        var bits = Bits(index, draw);
        var sum = (long)(bits & 0xffff) + (long)((bits >> 16) & 0xffff) + (long)((bits >> 32) & 0xffff) + (long)(bits >> 48);
        return (sum - 131070) * SumOfFourToUnit;
    }

    private ulong Bits(long index, int draw) => Mix(_stream + GoldenGamma * ((ulong)index + ((ulong)draw << 48) + 1));

    // SplitMix64 (Steele, Lea and Flood 2014).
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    // FNV-1a: only spreads names over streams.
    private static ulong Hash(string name)
    {
        var hash = 14695981039346656037;
        foreach (var b in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 1099511628211;
        return hash;
    }
}
