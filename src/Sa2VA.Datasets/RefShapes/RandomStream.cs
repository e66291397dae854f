namespace Sa2VA.Datasets.RefShapes;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): a few integer operations, so that a seed means the same on every machine and in every
/// version of the runtime.
/// </summary>
internal sealed class RandomStream(ulong state)
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;
    private ulong _state = state;

    /// <summary>A stream for one purpose of one video; streams of different arguments have nothing in common.</summary>
    public static RandomStream For(RefShapesSplit split, ulong seed, int index, int purpose) =>
        new(Mix(Mix(Mix(seed + Gamma) ^ ((ulong)split + 1)) ^ (uint)index) ^ (Gamma * (ulong)(purpose + 1)));

    /// <summary>A well-mixed function of 64 bits.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public ulong NextBits() => Mix(_state += Gamma);

    /// <summary>0 &lt;= result &lt; <paramref name="count"/>; the bias of 2^-32 is far below anything that is measured.</summary>
    public int Next(int count) => (int)(((NextBits() >> 32) * (ulong)count) >> 32);

    /// <summary>From <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Between(int low, int high) => low + Next(high - low + 1);

    /// <summary>Uniform in [0, 1), 24 bits.</summary>
    public float NextFloat() => (NextBits() >> 40) * (1f / (1 << 24));

    public float Between(float low, float high) => low + (high - low) * NextFloat();

    public bool Chance(float probability) => NextFloat() < probability;

    public T Pick<T>(IReadOnlyList<T> from) => from[Next(from.Count)];

    /// <summary>An index, as likely as its weight.</summary>
    public int Weighted(ReadOnlySpan<float> weights)
    {
        var total = 0f;
        foreach (var weight in weights) total += weight;
        var left = NextFloat() * total;
        for (var i = 0; i < weights.Length - 1; i++)
        {
            left -= weights[i];
            if (left < 0) return i;
        }

        return weights.Length - 1;
    }

    public void Shuffle<T>(T[] items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
