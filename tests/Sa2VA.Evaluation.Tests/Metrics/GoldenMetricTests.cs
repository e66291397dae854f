using System.Text.Json;
using Sa2VA.Datasets;
using Sa2VA.Evaluation.Metrics;
using Sa2VA.Evaluation.Scores;

namespace Sa2VA.Evaluation.Tests.Metrics;

/// <summary>Every recorded number of the reference, to the last bits.</summary>
public sealed class GoldenMetricTests(GoldenMetrics golden) : IClassFixture<GoldenMetrics>
{
    private const double Tolerance = 1e-12;

    [Fact]
    public void J_and_F_of_single_frames()
    {
        var cases = golden.Expected.GetProperty("jf").EnumerateArray().ToArray();
        Assert.NotEmpty(cases);
        foreach (var one in cases)
        {
            var name = $"jf.case{one.GetProperty("case").GetInt32()}";
            var (prediction, truth) = (golden.Mask(name + ".pred"), golden.Mask(name + ".gt"));
            var score = new FrameScorer(truth.Height, truth.Width).Score(prediction, truth);
            AssertClose(one, "J", score.J);
            AssertClose(one, "F", score.F);
            Assert.Equal(one.GetProperty("intersection").GetInt64(), score.Intersection);
            Assert.Equal(one.GetProperty("union").GetInt64(), score.Union);
            var (mask, boundary) = (new BitMask(truth.Height, truth.Width), new BitMask(truth.Height, truth.Width));
            mask.Read(prediction);
            BoundaryMap.Find(mask, boundary);
            Assert.Equal(golden.Pixels(name + ".pred_boundary"), Pixels(boundary));
        }
    }

    [Fact]
    public void Clips_frame_by_frame_and_on_average()
    {
        var objects = golden.Expected.GetProperty("video_objects").EnumerateArray().ToArray();
        Assert.Equal(2, objects.Length);
        for (var obj = 0; obj < objects.Length; obj++)
        {
            var (prediction, truth) = (golden.Clip("video.pred", obj), golden.Clip("video.gt", obj));
            var frames = ClipScorer.ScoreFrames(prediction, truth);
            AssertAll(objects[obj], "J_per_frame", frames.Select(f => f.J));
            AssertAll(objects[obj], "F_per_frame", frames.Select(f => f.F));
            AssertClose(objects[obj], "J_mean_excluding_first_and_last", ClipScore.Of([.. frames.Skip(1).SkipLast(1)]).J);
            AssertClose(objects[obj], "F_mean_excluding_first_and_last", ClipScore.Of([.. frames.Skip(1).SkipLast(1)]).F);
            var clip = ClipScore.Of(frames);
            AssertClose(objects[obj], "J_mean_all", clip.J);
            AssertClose(objects[obj], "F_mean_all", clip.F);
            AssertClose(objects[obj], "JF_mean_all", clip.JAndF);
            AssertClose(objects[obj], "J_recall_over_half", clip.JRecall);
            AssertClose(objects[obj], "F_recall_over_half", clip.FRecall);
        }
    }

    [Fact]
    public void Cumulative_and_generalized_IoU_and_precision()
    {
        var expected = golden.Expected.GetProperty("referring");
        var scores = new List<ExpressionScore>();
        foreach (var sample in expected.GetProperty("per_sample").EnumerateArray())
        {
            var name = $"ref.case{sample.GetProperty("case").GetInt32()}";
            var clip = ClipScorer.Score([golden.Mask(name + ".pred")], [golden.Mask(name + ".gt")]);
            AssertClose(sample, "iou", clip.IoU);
            scores.Add(new ExpressionScore(name, new ReferringExpression("0", "a thing"), clip));
        }

        var summary = SummaryBuilder.Of(scores);
        AssertClose(expected, "cIoU", summary.CumulativeIoU!.Value);
        AssertClose(expected, "gIoU", summary.GeneralizedIoU!.Value);
        var precision = expected.GetProperty("precision_at");
        for (var i = 0; i < Summary.Thresholds.Count; i++)
            AssertClose(precision, FormattableString.Invariant($"{Summary.Thresholds[i]:0.0}"), summary.PrecisionAt![i]);
    }

    private static void AssertClose(JsonElement expected, string name, double actual)
        => Assert.Equal(expected.GetProperty(name).GetDouble(), actual, Tolerance);

    private static void AssertAll(JsonElement expected, string name, IEnumerable<double> actual)
    {
        var values = expected.GetProperty(name).EnumerateArray().Select(v => v.GetDouble()).ToArray();
        Assert.Equal(values, actual, (a, b) => Math.Abs(a - b) <= Tolerance);
    }

    private static byte[] Pixels(BitMask mask)
        => [.. Enumerable.Range(0, mask.Height * mask.Width).Select(p => mask[p / mask.Width, p % mask.Width] ? (byte)1 : (byte)0)];
}
