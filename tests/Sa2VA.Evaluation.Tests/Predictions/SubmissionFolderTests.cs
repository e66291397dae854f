using Sa2VA.Datasets;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Evaluation.Running;
using Sa2VA.Evaluation.Tests.Running;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Predictions;

public sealed class SubmissionFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_written_is_read_as_the_same_predictions()
    {
        var dataset = new MadeDataset("made", new MadeVideo("nested/clip", 4, new ReferringExpression("0", "the square"), new ReferringExpression("7", "a bird", IsAbsent: true)), new MadeVideo("other", 3, new ReferringExpression("0", "it")));
        var given = new GivenPredictions((video, expression) => expression.IsAbsent ? null : [.. Enumerable.Range(0, video.FrameNames.Count).Select(frame => (Rle?)MadeVideo.Square(frame, shift: 3))]);
        var submission = new SubmissionFolder(given, _folder.FullPath, MissingPredictions.Absent);
        var options = new EvaluationOptions { Missing = MissingPredictions.Absent };
        var direct = await Evaluator.ScoreAsync(dataset, submission, options, progress: null, Stop);

        Assert.Equal(["00000.png", "00005.png", "00010.png", "00015.png"], Names("nested/clip/7"));
        Assert.Equal(["00000.png", "00005.png", "00010.png"], Names("other/0"));
        Assert.Equal((byte[])[0, 255], PngReader.Read(Path.Combine(submission.Annotations, "other", "0", "00005.png")).Pixels.Distinct().Order());
        Assert.Equal((byte[])[0], PngReader.Read(Path.Combine(submission.Annotations, "nested/clip/7/00000.png")).Pixels.Distinct().Order());
        var read = await Evaluator.ScoreAsync(dataset, PredictionFiles.Open(_folder.FullPath), options, progress: null, Stop);
        Assert.Equal(direct.Overall.JAndF, read.Overall.JAndF);
        Assert.InRange(direct.Overall.JAndF!.Value, 0.3, 0.95);
    }

    [Fact]
    public async Task A_name_that_leads_elsewhere_is_refused()
    {
        var dataset = new MadeDataset("made", new MadeVideo("clip", 1, new ReferringExpression("../../x", "the square")));
        var submission = new SubmissionFolder(new GivenPredictions((_, _) => [MadeVideo.Square(0)]), _folder.FullPath, MissingPredictions.Error);
        var refused = await Assert.ThrowsAsync<EvaluationException>(() => Evaluator.PredictAsync(dataset, submission, new EvaluationOptions(), progress: null, Stop));
        Assert.Contains("../../x", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(submission.Annotations));
    }

    private string[] Names(string place) => [.. Directory.EnumerateFiles(Path.Combine(_folder.FullPath, "Annotations", place)).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
}
