using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Datasets.Tests.RefShapes;

public sealed class RefShapesReasonsTests
{
    [Fact]
    public void What_a_sentence_means_follows_from_its_reasons()
    {
        var measures = new HashSet<RefShapesMeasure>();
        for (var number = 0; number < 60; number++)
        {
            var video = RefShapesVideo.Create(RefShapesSplit.Val, 0, number);
            foreach (var sentence in video.Expressions.Concat(video.Practise(8)))
            {
                var reasons = video.ReasonsOf(sentence);
                measures.UnionWith(reasons.Comparisons.Select(comparison => comparison.Measure));
                var left = reasons.Comparisons.Aggregate(reasons.Fitting, Decide);
                if (sentence.Objects.Count == 0)
                    Assert.Empty(left);
                else
                    Assert.Subset(left.ToHashSet(), sentence.Objects.ToHashSet());
                // Digits are coarse: two may come out the same.
                if (reasons.Comparisons.All(comparison => comparison.Measure == RefShapesMeasure.Side))
                    Assert.Equal(sentence.Objects, left);
            }
        }

        Assert.Equal(Enum.GetValues<RefShapesMeasure>(), measures.Order());
    }

    [Fact]
    public void Comparisons_are_of_what_fits_and_beside_something_else()
    {
        for (var number = 0; number < 40; number++)
        {
            var video = RefShapesVideo.Create(RefShapesSplit.Train, 3, number);
            foreach (var (reasons, comparison) in video.Expressions.Select(video.ReasonsOf).SelectMany(reasons => reasons.Comparisons.Select(comparison => (reasons, comparison))))
            {
                Assert.Equal(comparison.Measure is RefShapesMeasure.Side or RefShapesMeasure.Distance, comparison.Reference is not null);
                Assert.Equal(reasons.Fitting.Where(index => index != comparison.Reference), comparison.Values.Select(pair => pair.Object));
                Assert.All(comparison.Values, pair => Assert.InRange(pair.Value, 0, comparison.Measure == RefShapesMeasure.Side ? 1 : 9));
            }
        }
    }

    [Fact]
    public void Traits_are_what_sentences_about_one_object_say()
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["goes left"] = "left", ["moves up"] = "up", ["stands still"] = "still", ["spins"] = "spins", ["turns back"] = "turns", ["is circling"] = "circling",
            ["appears later"] = "later", ["leaves and returns"] = "returns", ["goes away for good"] = "leaves", ["is always there"] = "all",
        };
        var found = new HashSet<string>(StringComparer.Ordinal);
        for (var number = 0; number < 400; number++)
        {
            var video = RefShapesVideo.Create(RefShapesSplit.Train, 0, number);
            foreach (var sentence in video.Expressions.Where(sentence => sentence.Level is RefShapesLevel.Motion or RefShapesLevel.Temporal))
            {
                foreach (var (_, word) in said.Where(pair => sentence.Text.EndsWith(" that " + pair.Key, StringComparison.Ordinal)))
                {
                    Assert.Contains(word, video.TraitsOf(sentence.Objects[0]));
                    found.Add(word);
                }
            }
        }

        Assert.Equal(said.Values.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    private static IReadOnlyList<int> Decide(IReadOnlyList<int> left, RefShapesComparison comparison)
    {
        var values = comparison.Values.Where(pair => left.Contains(pair.Object)).ToList();
        if (values.Count == 0) return [];
        var wanted = comparison.Measure switch
        {
            RefShapesMeasure.Side => 1,
            RefShapesMeasure.Speed or RefShapesMeasure.Appearance => values.Max(pair => pair.Value),
            _ => values.Min(pair => pair.Value),
        };
        if (comparison.Measure == RefShapesMeasure.Departure && wanted == 9) return [];
        return [.. values.Where(pair => pair.Value == wanted).Select(pair => pair.Object)];
    }
}
