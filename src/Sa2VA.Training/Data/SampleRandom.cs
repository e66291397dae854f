namespace Sa2VA.Training.Data;

/// <summary>SplitMix64 (Steele, Lea and Flood 2014): the choices of one sample follow from its number alone, on every machine.</summary>
public struct SampleRandom(ulong seed, ulong stream)
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private ulong _state = Mix(seed + Gamma * (stream + 1));

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(_state += Gamma);

    /// <summary>A whole number from 0 to below <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)(((UInt128)Next() * (ulong)limit) >> 64);

    /// <summary>A whole number between two, both included.</summary>
    public int Between(int low, int high) => low + Below(high - low + 1);

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => (Next() >> 11) * (1.0 / (1L << 53)) < probability;

    /// <summary>Puts entries into random order.</summary>
    public void Shuffle<T>(Span<T> entries)
    {
        for (var i = entries.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (entries[i], entries[j]) = (entries[j], entries[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
