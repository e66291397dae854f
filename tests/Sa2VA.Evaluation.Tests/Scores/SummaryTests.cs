using Sa2VA.Datasets;
using Sa2VA.Evaluation.Metrics;
using Sa2VA.Evaluation.Scores;
using Sa2VA.Evaluation.Tests.Metrics;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Scores;

public sealed class SummaryTests
{
    private static readonly Rle Empty = RleCodec.Empty(8, 8);
    private static readonly Rle Full = Picture.Box(8, 8, 0, 0, 8, 8);
    private static readonly Rle Half = Picture.Box(8, 8, 0, 0, 8, 4);

    [Fact]
    public void Every_expression_counts_the_same_however_long_its_clip_is()
    {
        var summary = SummaryBuilder.Of([Present("a", Score(Full, Full)), Present("b", Score(Empty, Full), Score(Empty, Full), Score(Empty, Full))]);
        Assert.Equal((0.5, 4L, 2), (summary.J, summary.Frames, summary.Expressions));
    }

    [Fact]
    public void An_absent_expression_is_right_only_when_every_frame_is_empty()
    {
        var summary = SummaryBuilder.Of(
        [
            Absent("a", Score(Empty, Empty), Score(Empty, Empty)),
            Absent("b", Score(Empty, Empty), Score(Half, Empty)),
            Present("c", Score(Full, Full)),
            Present("d", Score(Empty, Full)),
            Present("e", Score(Empty, Full)),
        ]);
        Assert.Equal(0.5, summary.AbsentAccuracy);
        Assert.Equal(2 / 3.0, summary.FalseAbsentRate);
        // Absent ones are no part of J: it would be raised by silence.
        Assert.Equal(1 / 3.0, summary.J);
        // They are part of the IoUs: rightly empty counts 1, and wrong pixels enlarge the union.
        Assert.Equal((1 + 0 + 1 + 0 + 0) / 5.0, summary.GeneralizedIoU);
        Assert.Equal(64 / (32 + 3 * 64.0), summary.CumulativeIoU);
        Assert.Equal([0.4, 0.4, 0.4, 0.4, 0.4], summary.PrecisionAt);
    }

    [Fact]
    public void What_nothing_defines_is_null()
    {
        var onlyAbsent = SummaryBuilder.Of([Absent("a", Score(Empty, Empty))]);
        Assert.Equal((null, null, null, null, null), (onlyAbsent.J, onlyAbsent.F, onlyAbsent.JAndF, onlyAbsent.FalseAbsentRate, onlyAbsent.CumulativeIoU));
        var onlyPresent = SummaryBuilder.Of([Present("a", Score(Full, Full))]);
        Assert.Equal((null, null, null, null), (onlyPresent.AbsentAccuracy, onlyPresent.Robustness, onlyPresent.Quarters, onlyPresent.Decay));
        var none = SummaryBuilder.Of([]);
        Assert.Equal((0, null, null, null), (none.Expressions, none.J, none.GeneralizedIoU, none.PrecisionAt));
    }

    [Fact]
    public void Precision_reaches_its_threshold()
        => Assert.Equal([1, 0, 0, 0, 0], SummaryBuilder.Of([Present("a", Score(Half, Full))]).PrecisionAt);

    [Fact]
    public void Quarters_show_where_in_time_a_track_is_lost()
    {
        var (good, bad) = (Score(Half, Half), Score(Empty, Half));
        var summary = SummaryBuilder.Of([Present("a", good, good, good, good, good, bad, bad, bad), Present("short", bad)]);
        Assert.Equal([1, 1, 0.5, 0], summary.Quarters);
        Assert.Equal(1, summary.Decay);
    }

    [Fact]
    public void Revos_averages_its_two_types_and_leaves_out_sentences_without_target()
    {
        var split = new SplitScores("revos/valid",
        [
            Of("a", "referring", Score(Full, Full)), Of("b", "referring", Score(Full, Full)), Of("c", "referring", Score(Empty, Full)),
            Of("d", "reasoning", Score(Empty, Full)),
            new ExpressionScore("v", new ReferringExpression("e", "none", Level: null, IsAbsent: true), ClipScore.Of([Score(Full, Empty)])),
        ]);
        Assert.True(split.IsMeanOfTypes);
        Assert.Equal(1 / 3.0, split.Overall.J);
        Assert.Equal((0, 5), (split.Overall.AbsentAccuracy, split.Overall.Expressions));
        Assert.Equal(["referring", "reasoning", "absent"], split.Levels.Select(l => l.Name));
    }

    [Fact]
    public void Other_datasets_average_over_expressions()
    {
        var split = new SplitScores("mevis/valid_u", [Of("a", "motion", Score(Full, Full)), Of("b", "motion", Score(Full, Full)), Of("c", null, Score(Empty, Full))]);
        Assert.False(split.IsMeanOfTypes);
        Assert.Equal(2 / 3.0, split.Overall.J);
        Assert.Equal([("motion", 2), ("all", 1)], split.Levels.Select(l => (l.Name, l.Summary.Expressions)));
        Assert.Equal([("v", 3)], split.Videos.Select(v => (v.Name, v.Summary.Expressions)));
    }

    private static FrameScore Score(Rle prediction, Rle truth) => ClipScorer.ScoreFrames([prediction], [truth])[0];

    private static ExpressionScore Present(string id, params FrameScore[] frames) => new("v", new ReferringExpression(id, id), ClipScore.Of(frames));

    private static ExpressionScore Absent(string id, params FrameScore[] frames) => new("v", new ReferringExpression(id, id, IsAbsent: true), ClipScore.Of(frames));

    private static ExpressionScore Of(string id, string? level, params FrameScore[] frames) => new("v", new ReferringExpression(id, id, level), ClipScore.Of(frames));
}
