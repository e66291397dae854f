using System.Collections.Concurrent;

namespace Sa2VA.Media;

/// <summary>
/// Which input samples make up each output sample along one axis, and with which weights: Pillow's <c>precompute_coeffs</c> for the
/// bicubic filter, weights in fixed point with 22 fractional bits.
/// </summary>
internal sealed class ResampleTable
{
    /// <summary>32 bits, less 8 for the pixel and 2 of head room for the overshoot of a bicubic.</summary>
    public const int FractionBits = 32 - 8 - 2;

    private const double Support = 2.0;
    private const int MaxCached = 64;
    private static readonly ConcurrentDictionary<(int From, int To), ResampleTable> Cache = new();

    private ResampleTable(int from, int to)
    {
        var scale = (double)from / to;
        var filterScale = Math.Max(scale, 1.0);
        var support = Support * filterScale;
        Taps = (int)Math.Ceiling(support) * 2 + 1;
        First = new int[to];
        Counts = new int[to];
        Weights = new int[to * Taps];
        var k = new double[Taps];
        for (var o = 0; o < to; o++)
        {
            var centre = (o + 0.5) * scale;
            var first = Math.Max((int)(centre - support + 0.5), 0);
            var count = Math.Min((int)(centre + support + 0.5), from) - first;
            var sum = 0.0;
            for (var i = 0; i < count; i++)
                sum += k[i] = Bicubic((i + first - centre + 0.5) * (1.0 / filterScale));
            First[o] = first;
            Counts[o] = count;
            for (var i = 0; i < count; i++)
            {
                var weight = (sum == 0.0 ? k[i] : k[i] / sum) * (1 << FractionBits);
                Weights[o * Taps + i] = (int)(weight < 0 ? weight - 0.5 : weight + 0.5);
            }
        }
    }

    /// <summary>Room for the weights of one output sample.</summary>
    public int Taps { get; }

    /// <summary>First input sample of each output sample.</summary>
    public int[] First { get; }

    /// <summary>Number of input samples of each output sample.</summary>
    public int[] Counts { get; }

    /// <summary>Weights [output, <see cref="Taps"/>].</summary>
    public int[] Weights { get; }

    /// <summary>The table for an axis; a video asks for the same few again and again, so they are kept.</summary>
    public static ResampleTable For(int from, int to)
    {
        if (Cache.TryGetValue((from, to), out var table))
            return table;
        if (Cache.Count >= MaxCached)
            Cache.Clear();
        return Cache.GetOrAdd((from, to), static key => new ResampleTable(key.From, key.To));
    }

    private static double Bicubic(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        return x switch
        {
            < 1.0 => ((a + 2.0) * x - (a + 3.0)) * x * x + 1,
            < 2.0 => (((x - 5) * x + 8) * x - 4) * a,
            _ => 0.0,
        };
    }
}
