using Sa2VA.Evaluation.Metrics;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Metrics;

public sealed class FrameScoreTests
{
    private static readonly Rle Nothing = Picture.Mask("......", "......", "......", "......");
    private static readonly Rle Everything = Picture.Mask("######", "######", "######", "######");
    private static readonly Rle Square = Picture.Mask("......", ".##...", ".##...", "......");
    private static readonly Rle Shifted = Picture.Mask("......", "..##..", "..##..", "......");

    [Fact]
    public void Nothing_predicted_where_nothing_is_meant_is_perfect()
    {
        var score = Score(Nothing, Nothing);
        Assert.Equal((1, 1, 1, 0L), (score.J, score.F, score.Accuracy, score.Union));
    }

    [Fact]
    public void Something_on_one_side_only_scores_zero()
    {
        Assert.Equal((0, 0), (Score(Square, Nothing).J, Score(Square, Nothing).F));
        Assert.Equal((0, 0), (Score(Nothing, Square).J, Score(Nothing, Square).F));
        Assert.Equal(20 / 24.0, Score(Square, Nothing).Accuracy);
    }

    [Fact]
    public void A_mask_that_fills_the_picture_has_no_boundary()
    {
        Assert.Equal((1, 1), (Score(Everything, Everything).J, Score(Everything, Everything).F));
        // J sees the shared pixels; there is a boundary on one side only.
        Assert.Equal((4 / 24.0, 0), (Score(Square, Everything).J, Score(Square, Everything).F));
    }

    [Fact]
    public void A_shift_within_the_tolerance_keeps_F_and_lowers_J()
    {
        var score = Score(Shifted, Square);
        Assert.Equal((2L, 6L), (score.Intersection, score.Union));
        Assert.Equal((2 / 6.0, 1), (score.J, score.F));
        Assert.Equal(20 / 24.0, score.Accuracy);
    }

    [Fact]
    public void A_shift_beyond_the_tolerance_lowers_F_too()
    {
        // The boundary of the square is the 3x3 block that begins one pixel up and left of it, less its middle: 8 pixels. Two columns
        // further, and with a tolerance of one pixel, the far column of three is lost on either side.
        var score = Score(Picture.Mask("......", "...##.", "...##.", "......"), Square);
        Assert.Equal((0, 5 / 8.0), (score.J, score.F));
    }

    [Fact]
    public void Robustness_counts_wrong_pixels_against_the_foreground()
    {
        var scorer = new FrameScorer(4, 6);
        Assert.Equal(1, scorer.Score(Square, Square, Everything).Robustness);
        Assert.Equal(1 - 2 / (8 + 1e-6), scorer.Score(Shifted, Square, Picture.Box(4, 6, 1, 1, 2, 4)).Robustness);
        Assert.Equal(0, scorer.Score(Everything, Square, Square).Robustness);
        Assert.Equal(1, scorer.Score(Nothing, Square, Nothing).Robustness);
        Assert.Equal(0, scorer.Score(Square, Nothing, Nothing).Robustness);
        Assert.Null(scorer.Score(Square, Square).Robustness);
    }

    [Theory]
    [InlineData(480, 854, 8)]
    [InlineData(1080, 1920, 18)]
    [InlineData(60, 80, 1)]
    [InlineData(1, 1, 1)]
    public void The_tolerance_follows_the_diagonal(int height, int width, int radius)
        => Assert.Equal(radius, DiskDilation.ToleranceRadius(height, width));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 40)]
    [InlineData(40, 1)]
    [InlineData(63, 20)]
    [InlineData(64, 20)]
    [InlineData(65, 20)]
    [InlineData(129, 300)]
    [InlineData(270, 190)]
    public void Words_of_pixels_agree_with_single_pixels(int height, int width)
    {
        var random = new Random(height * 1000 + width);
        var scorer = new FrameScorer(height, width);
        for (var i = 0; i < 12; i++)
        {
            var (p, t) = (Picture.Blobs(random, height, width), Picture.Blobs(random, height, width));
            var (prediction, truth) = (RleCodec.Encode(p, height, width), RleCodec.Encode(t, height, width));
            var score = scorer.Score(prediction, truth);
            Assert.Equal(SlowMeasure.J(p, t), score.J, 15);
            Assert.Equal(SlowMeasure.F(p, t, height, width), score.F, 14);
            Assert.Equal(p.Zip(t, (a, b) => a == b ? 1.0 : 0.0).Average(), score.Accuracy, 12);
            Assert.InRange(score.J, 0, 1);
            Assert.InRange(score.F, 0, 1);
            var turned = scorer.Score(truth, prediction);
            Assert.Equal((score.J, score.F, score.Accuracy), (turned.J, turned.F, turned.Accuracy));
            Assert.Equal((1, 1, 1), (scorer.Score(truth, truth).J, scorer.Score(truth, truth).F, scorer.Score(truth, truth).Accuracy));
        }
    }

    [Fact]
    public void Damaged_and_foreign_masks_are_refused()
    {
        var scorer = new FrameScorer(4, 6);
        Assert.Throws<InvalidDataException>(() => scorer.Score(new Rle(4, 6, RleCodec.ToCounts([10])), Square));
        Assert.Throws<InvalidDataException>(() => scorer.Score(new Rle(4, 6, RleCodec.ToCounts([20, 10])), Square));
        Assert.Throws<InvalidDataException>(() => scorer.Score(Square, new Rle(4, 6, "~~~")));
        var sizes = Assert.Throws<ArgumentException>(() => scorer.Score(Picture.Mask("#."), Square));
        Assert.Contains("2x1", sizes.Message, StringComparison.Ordinal);
        Assert.Contains("6x4", sizes.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_needs_a_mask_for_every_frame()
    {
        Assert.Throws<ArgumentException>(() => ClipScorer.Score([Square], [Square, Square]));
        Assert.Throws<ArgumentException>(() => ClipScorer.Score([], []));
    }

    private static FrameScore Score(Rle prediction, Rle truth) => new FrameScorer(truth.Height, truth.Width).Score(prediction, truth);
}
