namespace Sa2VA.Evaluation.Captions.Text;

/// <summary>
/// CIDEr-D (Vedantam et al. 2015), which pycocoevalcap reports as CIDEr: the cosine of n-gram counts weighted by rareness, where repeated n-grams
/// count no more often than in the reference and other lengths are punished by a Gaussian of 6 words; the mean over n of 1 to 4 and over the references,
/// times 10. Rareness comes from the references: in how many images an n-gram is said.
/// </summary>
public static class CiderD
{
    private const int Longest = 4;
    private const double Sigma = 6;
    private const double Scale = 10;

    /// <summary>The score of each image, from 0 to 10.</summary>
    /// <param name="candidates">Words for each image.</param>
    /// <param name="references">For each image the words of one caption or more.</param>
    public static IReadOnlyList<double> Scores(IReadOnlyList<IReadOnlyList<string>> candidates, IReadOnlyList<IReadOnlyList<IReadOnlyList<string>>> references)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(references.Count, candidates.Count, nameof(references));
        var counted = references.Select(image => image.Select(Counts.Of).ToArray()).ToArray();
        var images = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var ngram in counted.SelectMany(image => image.SelectMany(caption => caption.Ngrams.SelectMany(order => order.Keys)).Distinct(StringComparer.Ordinal)))
            images[ngram] = images.GetValueOrDefault(ngram) + 1;
        var logCount = Math.Log(candidates.Count);
        return [.. candidates.Select((words, i) =>
        {
            var candidate = Vector(Counts.Of(words));
            return Scale * counted[i].Average(reference => Similarity(candidate, Vector(reference)));
        })];

        Weighted Vector(Counts counts) => new(
            [.. counts.Ngrams.Select(order => order.ToDictionary(ngram => ngram.Key, ngram => ngram.Value * (logCount - Math.Log(Math.Max(1, images.GetValueOrDefault(ngram.Key)))), StringComparer.Ordinal))],
            counts.Length);
    }

    private static double Similarity(Weighted candidate, Weighted reference)
    {
        var sum = 0.0;
        for (var n = 0; n < Longest; n++)
        {
            var common = candidate.Ngrams[n].Sum(ngram => reference.Ngrams[n].TryGetValue(ngram.Key, out var weight) ? Math.Min(ngram.Value, weight) * weight : 0);
            var norms = candidate.Norms[n] * reference.Norms[n];
            if (norms != 0) sum += common / norms;
        }

        var difference = (double)(candidate.Length - reference.Length);
        return sum / Longest * Math.Exp(-difference * difference / (2 * Sigma * Sigma));
    }

    /// <summary>How often a caption has each n-gram, by its length less one.</summary>
    private sealed record Counts(Dictionary<string, int>[] Ngrams, int Length)
    {
        public static Counts Of(IReadOnlyList<string> words)
        {
            var ngrams = new Dictionary<string, int>[Longest];
            for (var n = 0; n < Longest; n++)
            {
                ngrams[n] = new(StringComparer.Ordinal);
                for (var start = 0; start + n < words.Count; start++)
                {
                    // No word has a space in it.
                    var ngram = string.Join(' ', words.Skip(start).Take(n + 1));
                    ngrams[n][ngram] = ngrams[n].GetValueOrDefault(ngram) + 1;
                }
            }

            // The original measures lengths in pairs of words: the same differences, but for captions of none.
            return new Counts(ngrams, Math.Max(0, words.Count - 1));
        }
    }

    private sealed record Weighted(Dictionary<string, double>[] Ngrams, int Length)
    {
        public double[] Norms { get; } = [.. Ngrams.Select(order => Math.Sqrt(order.Values.Sum(weight => weight * weight)))];
    }
}
