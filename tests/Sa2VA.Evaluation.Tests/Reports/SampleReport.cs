using Sa2VA.Datasets;
using Sa2VA.Evaluation.Reports;
using Sa2VA.Evaluation.Reports.Cases;
using Sa2VA.Evaluation.Running;
using Sa2VA.Evaluation.Scores;
using Sa2VA.Evaluation.Tests.Running;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Reports;

/// <summary>A small evaluation with good and bad answers, and with a sentence that tries to be markup.</summary>
internal sealed record SampleReport(EvaluationReport Report, IReadOnlyList<CaseStrip> Strips)
{
    public const string Nasty = "the <b>\"red\" & blue</b> \u0001 ball</title><script>alert(1)</script>";

    public SplitScores Split => Report.Splits[0];

    public static async Task<SampleReport> MakeAsync()
    {
        var dataset = new MadeDataset("made/val", [.. Enumerable.Range(0, 4).Select(Video)]);
        var predictions = new GivenPredictions((video, e) => [.. video.FrameNames.Select((_, i) => Mask(video, e, i))]);
        var options = new EvaluationOptions();
        var split = await Evaluator.ScoreAsync(dataset, predictions, options, null, TestContext.Current.CancellationToken);
        var strips = await CaseStrips.DrawAsync(CaseFinder.Find(split), dataset, predictions, options.Missing, TestContext.Current.CancellationToken);
        var report = new EvaluationReport(
            "models/<tiny>", [new("protocol", "sa2va-i"), new("key frames", "5")], options.Missing, new DateTimeOffset(2026, 3, 1, 12, 30, 0, TimeSpan.FromHours(1)), [split]);
        return new SampleReport(report, strips);
    }

    private static MadeVideo Video(int index) => new(
        $"v{index}", 6,
        new ReferringExpression("0", Nasty, "attribute"), new ReferringExpression("1", "what moves", "motion"), new ReferringExpression("2", "the circle", "absent", IsAbsent: true));

    /// <summary>From video to video two pixels worse; the last circle is found where none is, the last motion not at all.</summary>
    private static Rle Mask(ReferringVideo video, ReferringExpression expression, int frame)
    {
        var index = video.Id[1] - '0';
        return expression.Level switch
        {
            "attribute" => MadeVideo.Square(frame, shift: 2 * index),
            "motion" => index == 3 ? RleCodec.Empty(video.Height, video.Width) : MadeVideo.Square(frame, shift: index),
            _ => index == 3 && frame > 3 ? MadeVideo.Square(frame) : RleCodec.Empty(video.Height, video.Width),
        };
    }
}
