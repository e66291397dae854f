using Sa2VA.Evaluation.Captions.Text;

namespace Sa2VA.Evaluation.Tests.Captions;

public sealed class CiderDTests
{
    [Fact]
    public void Equal_captions_reach_ten_and_strangers_nothing()
    {
        var scores = Score(["a red circle moves left", "one dog sleeps near water"], [["a red circle moves left"], ["the blue square stands still"]]);
        Assert.Equal(10, scores[0], 12);
        Assert.Equal(0, scores[1], 12);
    }

    [Fact]
    public void Short_captions_have_no_long_ngrams_to_share() =>
        Assert.Equal(5, Score(["red circle", "x"], [["red circle"], ["blue square"]])[0], 12);

    [Fact]
    public void A_word_too_many_costs_by_cosine_and_by_length()
    {
        // All n-grams are in one image of two, so all weights are equal. One word: 2 of 3 and 2; two words: 1 of 2 and 1.
        var expected = 10 / 4.0 * (2 / Math.Sqrt(6) + 1 / Math.Sqrt(2)) * Math.Exp(-1 / 72.0);
        Assert.Equal(expected, Score(["red circle blue", "x"], [["red circle"], ["green square"]])[0], 12);
    }

    [Fact]
    public void Repeated_words_count_no_more_often_than_in_the_reference()
    {
        // "red" three times against once: 1 * 1 over the lengths 3 and 1; and two more words.
        var expected = 10 / 4.0 * (1 / 3.0) * Math.Exp(-4 / 72.0);
        Assert.Equal(expected, Score(["red red red", "x"], [["red"], ["blue"]])[0], 12);
    }

    [Fact]
    public void What_every_image_says_is_worth_nothing() => Assert.Equal([0, 0], Score(["a", "a"], [["a"], ["a"]]));

    [Fact]
    public void The_slow_definition_agrees()
    {
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            var candidates = Enumerable.Range(0, 5).Select(_ => Sentence()).ToArray();
            var references = Enumerable.Range(0, 5).Select(_ => Enumerable.Range(0, random.Next(1, 4)).Select(_ => Sentence()).ToArray()).ToArray();
            var scores = Score(candidates, references);
            for (var i = 0; i < scores.Count; i++) Assert.Equal(Slow(candidates[i], references[i], references), scores[i], 9);
        }

        string Sentence() => string.Join(' ', Enumerable.Range(0, random.Next(0, 9)).Select(_ => "abcde"[random.Next(5)].ToString()));
    }

    private static IReadOnlyList<double> Score(string[] candidates, string[][] references) => CiderD.Scores(
        [.. candidates.Select(Words)], [.. references.Select(image => (IReadOnlyList<IReadOnlyList<string>>)[.. image.Select(Words)])]);

    private static IReadOnlyList<string> Words(string sentence) => sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Formula by formula, over the list of all n-grams that anybody says.</summary>
    private static double Slow(string candidate, string[] references, string[][] corpus)
    {
        var total = 0.0;
        foreach (var reference in references)
        {
            var gap = Math.Max(0, Words(candidate).Count - 1) - Math.Max(0, Words(reference).Count - 1);
            for (var n = 1; n <= 4; n++)
            {
                var all = corpus.SelectMany(image => image).Append(candidate).SelectMany(sentence => Ngrams(sentence, n)).Distinct().ToArray();
                var idf = all.Select(g => Math.Log(corpus.Length) - Math.Log(Math.Max(1, corpus.Count(image => image.Any(sentence => Ngrams(sentence, n).Contains(g)))))).ToArray();
                var mine = all.Select((g, k) => Ngrams(candidate, n).Count(x => x == g) * idf[k]).ToArray();
                var theirs = all.Select((g, k) => Ngrams(reference, n).Count(x => x == g) * idf[k]).ToArray();
                var norms = Math.Sqrt(mine.Sum(x => x * x)) * Math.Sqrt(theirs.Sum(x => x * x));
                if (norms > 0) total += mine.Zip(theirs, (x, y) => Math.Min(x, y) * y).Sum() / norms * Math.Exp(-gap * gap / 72.0) / 4;
            }
        }

        return 10 * total / references.Length;
    }

    private static string[] Ngrams(string sentence, int n)
    {
        var words = Words(sentence);
        return [.. Enumerable.Range(0, Math.Max(0, words.Count - n + 1)).Select(start => string.Join(' ', words.Skip(start).Take(n)))];
    }
}
