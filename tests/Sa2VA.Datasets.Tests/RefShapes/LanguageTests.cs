using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Datasets.Tests.RefShapes;

public sealed class LanguageTests
{
    private const string Vocabulary =
        "a above again all always and appear appears around at away back below blue both came checkered circle circles circling closest come comes " +
        "cross crosses cyan does dotted down downwards end every fastest first five for four from goes good green higher in is it large last later " +
        "leave leaves left lower move moves nearest not object objects of on one ones orange over place plain purple quickly red returns right ring " +
        "rings rotates round shape shapes six slowly small spinning spins square squares stands star stars start stays still stops striped than that " +
        "the there three time to triangle triangles turns two under up upwards way which while white yellow";

    private static readonly Lazy<RefShapesExpression[]> Sample = new(() =>
        [.. Enumerable.Range(0, 1500).SelectMany(i => RefShapesVideo.Create(RefShapesSplit.Train, 0, i).Expressions)]);

    [Fact]
    public void The_vocabulary_is_closed()
    {
        var words = Sample.Value.SelectMany(e => e.Text.Replace(",", "", StringComparison.Ordinal).Split(' ')).ToHashSet(StringComparer.Ordinal);
        Assert.Equal([], words.Except(Vocabulary.Split(' ')));
        Assert.True(words.Count < 160);
    }

    [Theory]
    [InlineData(RefShapesLevel.Attribute, 0.28)]
    [InlineData(RefShapesLevel.Relation, 0.14)]
    [InlineData(RefShapesLevel.Motion, 0.13)]
    [InlineData(RefShapesLevel.Temporal, 0.09)]
    [InlineData(RefShapesLevel.Long, 0.12)]
    [InlineData(RefShapesLevel.Group, 0.10)]
    [InlineData(RefShapesLevel.Absent, 0.14)]
    public void Every_level_has_its_share(RefShapesLevel level, double share) =>
        Assert.Equal(share, Sample.Value.Count(e => e.Level == level) / (double)Sample.Value.Length, 0.02);

    [Fact]
    public void Every_level_is_phrased_in_many_ways()
    {
        foreach (var level in Enum.GetValues<RefShapesLevel>())
        {
            // A phrasing is the sentence with its looks taken out.
            var frames = Sample.Value.Where(e => e.Level == level).Select(e => string.Join(' ', e.Text.Split(' ').Where(w => !IsLook(w.Trim(','))))).Distinct(StringComparer.Ordinal);
            Assert.True(frames.Count() >= 3, $"{level} has {frames.Count()} phrasings");
        }

        static bool IsLook(string word) =>
            Enum.GetNames<ShapeColour>().Concat(Enum.GetNames<ShapeKind>()).Concat(Enum.GetNames<ShapeTexture>()).Concat(Enum.GetNames<ShapeSize>())
                .Any(name => word.StartsWith(name, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void About_half_of_what_is_absent_nearly_fits()
    {
        var (near, all) = (0, 0);
        for (var i = 0; i < 600; i++)
        {
            var video = RefShapesVideo.Create(RefShapesSplit.Train, 0, i);
            foreach (var expression in video.Expressions.Where(e => e.Level == RefShapesLevel.Absent))
            {
                all++;
                var sentence = SentenceReader.Read(video, expression.Text);
                if (video.Objects.Any(one => sentence.Misfits(one) <= (sentence.Looks > 1 ? 1 : 0))) near++;
            }
        }

        Assert.InRange(near / (double)all, 0.4, 0.75);
    }
}
