namespace Sa2VA.Models.LanguageModels;

/// <summary>Draws tokens from scores. Has no state: a draw depends on the options, the tokens before and the scores, so one that is done again has the same result.</summary>
public static class TokenSampler
{
    private const double Ulp = 1.0 / (1L << 53);

    /// <summary>The next token.</summary>
    /// <param name="scores">Of every token of the vocabulary; changed.</param>
    /// <param name="before">The tokens of the answer so far.</param>
    /// <param name="options">How to draw.</param>
    public static int Draw(Span<float> scores, IReadOnlyList<int> before, SamplingOptions options)
    {
        Penalise(scores, before, options.RepetitionPenalty);
        var ids = new int[scores.Length];
        for (var id = 0; id < ids.Length; id++) ids[id] = id;
        var kept = Likeliest(scores, ids, options);
        var weights = Weights(scores, kept, options.Temperature);
        return kept[Choose(weights, Within(weights, options.TopP), Fraction(options.Seed, before.Count))];
    }

    /// <summary>As in the paper that proposed it (CTRL, section 4.1), with the usual care for negative scores; once per token, however often it was said.</summary>
    private static void Penalise(Span<float> scores, IReadOnlyList<int> before, double penalty)
    {
        if (penalty == 1) return;
        foreach (var id in before.Distinct()) scores[id] = (float)(scores[id] > 0 ? scores[id] / penalty : scores[id] * penalty);
    }

    /// <summary>The tokens to draw from, likeliest first where that matters; of equal ones the lower id is first.</summary>
    private static ReadOnlySpan<int> Likeliest(ReadOnlySpan<float> scores, int[] ids, SamplingOptions options)
    {
        var isCut = options.TopK > 0 && options.TopK < ids.Length;
        if (!isCut && options.TopP >= 1) return ids;
        var keys = new float[scores.Length];
        for (var id = 0; id < keys.Length; id++) keys[id] = -scores[id];
        // Sorting by key alone would leave the order of equal ones open.
        Array.Sort(ids, (a, b) => keys[a].CompareTo(keys[b]) is var order and not 0 ? order : a.CompareTo(b));
        return isCut ? ids.AsSpan(0, options.TopK) : ids;
    }

    private static double[] Weights(ReadOnlySpan<float> scores, ReadOnlySpan<int> kept, double temperature)
    {
        var highest = float.NegativeInfinity;
        foreach (var id in kept) highest = Math.Max(highest, scores[id]);
        var weights = new double[kept.Length];
        for (var i = 0; i < weights.Length; i++) weights[i] = Math.Exp((scores[kept[i]] - (double)highest) / temperature);
        return weights;
    }

    /// <summary>How many of the first ones have the probability together: the one that reaches it is among them.</summary>
    private static int Within(ReadOnlySpan<double> weights, double probability)
    {
        if (probability >= 1) return weights.Length;
        var total = 0.0;
        foreach (var weight in weights) total += weight;
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            if ((sum += weights[i]) >= probability * total) return i + 1;
        }

        return weights.Length;
    }

    private static int Choose(ReadOnlySpan<double> weights, int count, double fraction)
    {
        var total = 0.0;
        foreach (var weight in weights[..count]) total += weight;
        var (target, sum, last) = (fraction * total, 0.0, 0);
        for (var i = 0; i < count; i++)
        {
            if (weights[i] <= 0) continue;
            last = i;
            if ((sum += weights[i]) > target) return i;
        }

        // Rounding may leave the sum a hair below the total.
        return last;
    }

    /// <summary>At least 0 and below 1, the same for the same seed and place on every machine (SplitMix64).</summary>
    private static double Fraction(ulong seed, int place)
    {
        const ulong step = 0x9E3779B97F4A7C15;
        return (Mix(Mix(seed + step) + step * ((ulong)place + 1)) >> 11) * Ulp;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
