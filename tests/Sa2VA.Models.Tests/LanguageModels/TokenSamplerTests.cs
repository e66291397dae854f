using Sa2VA.Models.LanguageModels;

namespace Sa2VA.Models.Tests.LanguageModels;

/// <summary>Draws against the probabilities that the definitions give, over many seeds.</summary>
public sealed class TokenSamplerTests
{
    private const int Draws = 20_000;

    private static readonly float[] Scores = [1.5f, -0.5f, 0.25f, 2f, 2f, -3f];

    [Theory]
    [InlineData(1, 0, 1.0, 1.0)]
    [InlineData(0.5, 0, 1.0, 1.0)]
    [InlineData(2, 3, 1.0, 1.0)]
    [InlineData(1, 0, 0.6, 1.0)]
    [InlineData(1.3, 4, 0.8, 1.4)]
    public void Tokens_come_as_often_as_they_are_likely(double temperature, int topK, double topP, double penalty)
    {
        var options = new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, RepetitionPenalty = penalty };
        int[] before = [3, 1, 3];
        var expected = Expected(options, before);
        var counts = new int[Scores.Length];
        for (var seed = 0UL; seed < Draws; seed++) counts[Draw(options with { Seed = seed }, before)]++;
        for (var id = 0; id < counts.Length; id++)
        {
            // Five standard deviations of a binomial count.
            var spread = 5 * Math.Sqrt(expected[id] * (1 - expected[id]) / Draws);
            Assert.InRange(counts[id] / (double)Draws, expected[id] - spread, expected[id] + spread);
        }
    }

    [Fact]
    public void Of_equally_likely_tokens_the_lower_one_is_first()
    {
        for (var seed = 0UL; seed < 100; seed++) Assert.Equal(3, Draw(new SamplingOptions { TopK = 1, Seed = seed }, []));
        for (var seed = 0UL; seed < 100; seed++) Assert.Equal(3, Draw(new SamplingOptions { TopP = 1e-9, Seed = seed }, []));
    }

    [Fact]
    public void Seeds_and_places_draw_differently_and_the_same_ones_alike()
    {
        var all = new SamplingOptions();
        Assert.True(Enumerable.Range(0, 50).Select(seed => Draw(all with { Seed = (ulong)seed }, [])).Distinct().Count() > 2);
        Assert.True(Enumerable.Range(0, 50).Select(place => Draw(all, new int[place])).Distinct().Count() > 2);
        Assert.Equal(Draw(all with { Seed = 7 }, [1, 2]), Draw(all with { Seed = 7 }, [2, 1]));
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        Refused(new SamplingOptions { Temperature = 0 }, nameof(SamplingOptions.Temperature));
        Refused(new SamplingOptions { Temperature = double.NaN }, nameof(SamplingOptions.Temperature));
        Refused(new SamplingOptions { TopK = -1 }, nameof(SamplingOptions.TopK));
        Refused(new SamplingOptions { TopP = 0 }, nameof(SamplingOptions.TopP));
        Refused(new SamplingOptions { RepetitionPenalty = 20 }, nameof(SamplingOptions.RepetitionPenalty));
        Assert.NotNull(new SamplingOptions().Validated());

        static void Refused(SamplingOptions options, string name) => Assert.Contains(name, Assert.Throws<ArgumentOutOfRangeException>(options.Validated).Message);
    }

    private static int Draw(SamplingOptions options, int[] before) => TokenSampler.Draw((float[])Scores.Clone(), before, options);

    /// <summary>The definition, without regard to cost.</summary>
    private static double[] Expected(SamplingOptions options, int[] before)
    {
        var scores = Scores.Select((score, id) => (double)(before.Contains(id) ? score > 0 ? score / options.RepetitionPenalty : score * options.RepetitionPenalty : score)).ToArray();
        var ranked = Enumerable.Range(0, scores.Length).OrderByDescending(id => scores[id]).ThenBy(id => id).Take(options.TopK == 0 ? scores.Length : options.TopK).ToList();
        var weights = ranked.Select(id => Math.Exp(scores[id] / options.Temperature)).ToList();
        var kept = 1;
        while (kept < ranked.Count && weights.Take(kept).Sum() / weights.Sum() < options.TopP) kept++;
        var expected = new double[scores.Length];
        for (var i = 0; i < kept; i++) expected[ranked[i]] = weights[i] / weights.Take(kept).Sum();
        return expected;
    }
}
