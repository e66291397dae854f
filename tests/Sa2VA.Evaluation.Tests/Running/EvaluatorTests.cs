using Sa2VA.Datasets;
using Sa2VA.Evaluation.Running;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Running;

public sealed class EvaluatorTests
{
    private static readonly ReferringExpression Square = new("0", "the square", "attribute");
    private static readonly ReferringExpression Moving = new("1", "what moves", "motion");
    private static readonly ReferringExpression Circle = new("2", "the circle", "absent", IsAbsent: true);
    private static readonly MadeVideo Short = new("short", 4, Square, Circle);
    private static readonly MadeVideo Long = new("long", 12, Moving, Square, Circle);
    private static readonly MadeDataset Dataset = new("made/val", Short, Long);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task The_truth_itself_is_perfect(int jobs)
    {
        var reports = new List<EvaluationProgress>();
        var split = await Evaluator.ScoreAsync(
            Dataset, new GivenPredictions((v, e) => [.. v.FrameNames.Select((_, i) => v.Truth(e, i))]), new EvaluationOptions { Jobs = jobs }, new Progress(reports), Stop);

        Assert.Equal((1, 1, 1, 1, 1, 0), (split.Overall.J, split.Overall.F, split.Overall.CumulativeIoU, split.Overall.GeneralizedIoU, split.Overall.AbsentAccuracy, split.Overall.FalseAbsentRate));
        Assert.Equal((5, 2, 4 + 4 + 36L), (split.Overall.Expressions, split.Overall.Absent, split.Overall.Frames));
        // In the order of the dataset, whichever video was done first.
        Assert.Equal([("short", "0"), ("short", "2"), ("long", "1"), ("long", "0"), ("long", "2")], split.Expressions.Select(e => (e.VideoId, e.Expression.Id)));
        Assert.Equal("It is what moves. [SEG]", split.Expressions[2].Answer);
        Assert.Equal(new EvaluationProgress(16, 16, 16, 2, 2), reports[^1]);
        Assert.Equal(reports.Select(r => r.FramesDone).Order(), reports.Select(r => r.FramesDone));
    }

    [Fact]
    public async Task Mistakes_land_on_the_level_and_the_video_that_they_belong_to()
    {
        var split = await Evaluator.ScoreAsync(
            Dataset,
            new GivenPredictions((v, e) => [.. v.FrameNames.Select((_, i) => e == Moving ? RleCodec.Empty(v.Height, v.Width) : v.Id == "short" ? MadeVideo.Square(i, shift: 6) : MadeVideo.Square(i))]),
            new EvaluationOptions(), null, Stop);

        var levels = split.Levels.ToDictionary(l => l.Name, l => l.Summary);
        // Half of the square is covered: 6 of 18 columns.
        Assert.Equal((1 / 3.0 + 1) / 2, levels["attribute"].J!.Value, 12);
        Assert.Equal((0, 1), (levels["motion"].J, levels["motion"].FalseAbsentRate));
        Assert.Equal((0, null), (levels["absent"].AbsentAccuracy, levels["absent"].J));
        var videos = split.Videos.ToDictionary(v => v.Name, v => v.Summary);
        Assert.Equal(1 / 3.0, videos["short"].J!.Value, 12);
        Assert.Equal(0.5, videos["long"].J);
    }

    [Fact]
    public async Task A_missing_prediction_fails_by_name_unless_it_may_be_absent()
    {
        var some = new GivenPredictions((v, e) => v.Id == "long" && e == Moving ? null : [.. v.FrameNames.Select((_, i) => v.Truth(e, i))]);
        var refusal = await Assert.ThrowsAsync<EvaluationException>(() => Evaluator.ScoreAsync(Dataset, some, new EvaluationOptions(), null, Stop));
        foreach (var word in (string[])["'given'", "'long'", "'1'", "what moves", "--missing absent"]) Assert.Contains(word, refusal.Message, StringComparison.Ordinal);

        var split = await Evaluator.ScoreAsync(Dataset, some, new EvaluationOptions { Missing = MissingPredictions.Absent }, null, Stop);
        Assert.Equal((1 / 3.0, 2 / 3.0), (split.Overall.FalseAbsentRate, split.Overall.J));

        split = await Evaluator.ScoreAsync(Dataset, some, new EvaluationOptions { Missing = MissingPredictions.Skip }, null, Stop);
        Assert.Equal((4, 1, 1), (split.Overall.Expressions, split.Skipped, split.Overall.J));
        Assert.DoesNotContain("motion", split.Levels.Select(l => l.Name));
    }

    [Fact]
    public async Task A_missing_frame_fails_by_name_unless_it_may_be_absent()
    {
        var some = new GivenPredictions((v, e) => [.. v.FrameNames.Select((_, i) => i == 2 ? null : v.Truth(e, i))]);
        var refusal = await Assert.ThrowsAsync<EvaluationException>(() => Evaluator.ScoreAsync(Dataset, some, new EvaluationOptions(), null, Stop));
        Assert.Contains("frame '00010'", refusal.Message, StringComparison.Ordinal);

        var split = await Evaluator.ScoreAsync(Dataset, some, new EvaluationOptions { Missing = MissingPredictions.Absent }, null, Stop);
        Assert.Equal((3 / 4.0 + 11 / 12.0 + 11 / 12.0) / 3, split.Overall.J!.Value, 12);
        Assert.Equal(1, split.Overall.AbsentAccuracy);
    }

    [Fact]
    public async Task Masks_of_another_size_or_number_are_refused_with_both()
    {
        var small = new GivenPredictions((v, _) => [.. v.FrameNames.Select(_ => RleCodec.Empty(16, 24))]);
        var size = await Assert.ThrowsAsync<EvaluationException>(() => Evaluator.ScoreAsync(Dataset, small, new EvaluationOptions { Missing = MissingPredictions.Absent }, null, Stop));
        foreach (var word in (string[])["24x16", "48x32", "'short'", "'00000'"]) Assert.Contains(word, size.Message, StringComparison.Ordinal);

        var few = new GivenPredictions((_, _) => [RleCodec.Empty(32, 48)]);
        var number = await Assert.ThrowsAsync<EvaluationException>(() => Evaluator.ScoreAsync(Dataset, few, new EvaluationOptions(), null, Stop));
        Assert.Contains("1 masks", number.Message, StringComparison.Ordinal);
        Assert.Contains("4 frames", number.Message, StringComparison.Ordinal);

        var damaged = new GivenPredictions((v, _) => [.. v.FrameNames.Select(_ => new Rle(32, 48, RleCodec.ToCounts([7])))]);
        var broken = await Assert.ThrowsAsync<EvaluationException>(() => Evaluator.ScoreAsync(Dataset, damaged, new EvaluationOptions(), null, Stop));
        Assert.Contains("run lengths do not fill", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Skipping_everything_is_no_score()
    {
        var options = new EvaluationOptions { Missing = MissingPredictions.Skip };
        var refusal = await Assert.ThrowsAsync<EvaluationException>(() => Evaluator.ScoreAsync(Dataset, new GivenPredictions((_, _) => null), options, null, Stop));
        Assert.Contains("no prediction for any expression", refusal.Message, StringComparison.Ordinal);

        // A frame cannot be skipped: the rest of the clip would be scored as if it were whole.
        var holes = new GivenPredictions((v, e) => [.. v.FrameNames.Select((_, i) => i == 2 ? null : v.Truth(e, i))]);
        await Assert.ThrowsAsync<EvaluationException>(() => Evaluator.ScoreAsync(Dataset, holes, options, null, Stop));
    }

    [Fact]
    public async Task What_has_no_truth_is_not_scored()
    {
        var none = await Assert.ThrowsAsync<EvaluationException>(() => Evaluator.ScoreAsync(new MadeDataset("made/empty"), new GivenPredictions((_, _) => null), new EvaluationOptions(), null, Stop));
        Assert.Contains("made/empty", none.Message, StringComparison.Ordinal);
    }

    private sealed class Progress(List<EvaluationProgress> reports) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => reports.Add(value);
    }
}
