using Sa2VA.Evaluation.Captions.Text;

namespace Sa2VA.Evaluation.Tests.Captions;

public sealed class MeteorTests
{
    [Theory]
    [InlineData("the cat sat", "the cat sat", 1)]
    [InlineData("dogs", "birds", 0)]
    [InlineData("", "the cat sat", 0)]
    [InlineData("the cat sat", "", 0)]
    // Precision 1; recall 1.75 of 2: content words weigh .75, the others .25; one chunk of three pairs.
    [InlineData("the cat sat", "the cat sat down", 1 / (.15 / 1 + .85 / .875), 1 / 3.0)]
    // The pair of stems counts .6: (.25 + .75 + .45) / 1.75 on both sides, and all is in one piece.
    [InlineData("a dog runs", "a dog running", 1.45 / 1.75)]
    // All words are found, in three chunks of one.
    [InlineData("sat cat mat", "mat cat sat", 1, 1.0)]
    // Two chunks of four pairs.
    [InlineData("red circle blue square", "blue square red circle", 1, .5)]
    public void Cases_by_hand(string candidate, string reference, double mean, double scatter = 0) =>
        Assert.Equal(mean * (1 - .6 * Math.Pow(scatter, .2)), MeteorStatistics.Of(Words(candidate), Words(reference)).Score, 12);

    [Fact]
    public void The_best_reference_counts_and_captions_add_up()
    {
        var best = MeteorStatistics.OfBest(Words("a red circle"), [Words("two dogs"), Words("a red circle"), Words("a circle")]);
        Assert.Equal(1, best.Score, 12);
        var sum = best.Plus(MeteorStatistics.Of(Words("dogs"), Words("birds")));
        // Of 2.5 weighted words 1.75 are matched on both sides, and what is equal as a whole is not scattered.
        Assert.Equal(.7, sum.Score, 12);
        var part = MeteorStatistics.Of(Words("the cat sat"), Words("the cat sat down"));
        Assert.Equal(part.Score, part.Plus(part).Score, 12);
    }

    [Fact]
    public void The_pairing_is_the_best_of_all()
    {
        var random = new Random(11);
        string[] vocabulary = ["a", "dog", "dogs", "runs", "running"];
        for (var round = 0; round < 150; round++)
        {
            var (candidate, reference) = (Sentence(), Sentence());
            var found = MeteorAligner.Align(candidate, reference);
            Assert.Equal(found.Count, found.Select(match => match.Reference).Distinct().Count());
            Assert.Equal(Best(candidate, reference), Rank(found));
        }

        string[] Sentence() => [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => vocabulary[random.Next(vocabulary.Length)])];
    }

    [Fact]
    public void Long_captions_are_aligned_in_bounded_work()
    {
        var babble = Enumerable.Range(0, 400).Select(i => i % 3 == 0 ? "a" : i % 3 == 1 ? "red" : "dog").ToArray();
        Assert.Equal(60, MeteorAligner.Align(babble, babble[..60]).Count);
    }

    private static (int Weight, int Chunks, int Distance) Rank(IReadOnlyList<WordMatch> matches) =>
        (-matches.Sum(match => match.IsExact ? 2 : 1), MeteorAligner.Chunks(matches), matches.Sum(match => Math.Abs(match.Candidate - match.Reference)));

    /// <summary>Every way to pair the words.</summary>
    private static (int, int, int) Best(string[] candidate, string[] reference)
    {
        return Ways(0, []).Select(Rank).Min();

        IEnumerable<WordMatch[]> Ways(int i, WordMatch[] made)
        {
            if (i == candidate.Length) return [made];
            var ways = Ways(i + 1, made);
            for (var j = 0; j < reference.Length; j++)
            {
                var isSame = EnglishStemmer.Of(candidate[i]) == EnglishStemmer.Of(reference[j]);
                if (isSame && made.All(match => match.Reference != j)) ways = ways.Concat(Ways(i + 1, [.. made, new WordMatch(i, j, candidate[i] == reference[j])]));
            }

            return ways;
        }
    }

    private static string[] Words(string sentence) => sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
