using System.Text.Json;
using Sa2VA.Datasets;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Evaluation.Running;
using Sa2VA.Evaluation.Scores;
using Sa2VA.Evaluation.Tests.Running;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Predictions;

/// <summary>The same masks in every layout: the square for "0", nothing for "1", half of the square for "2".</summary>
public sealed class PredictionFilesTests : IDisposable
{
    private static readonly MadeVideo Video = new(
        "park/day 1", 3, new ReferringExpression("0", "the square"), new ReferringExpression("1", "the circle", "absent", IsAbsent: true), new ReferringExpression("2", "what moves"));

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Annotations")]
    [InlineData("")]
    public async Task Pictures_as_they_are_submitted(string below)
    {
        WritePictures(_folder.File("results", below));
        await CheckAsync(_folder.File("results"));
    }

    [Fact]
    public async Task A_missing_picture_is_missing_not_empty()
    {
        WritePictures(_folder.File("results"));
        File.Delete(_folder.File("results", "park", "day 1", "0", "00005.png"));
        var refusal = await Assert.ThrowsAsync<EvaluationException>(() => ScoreAsync(_folder.File("results")));
        Assert.Contains("'00005'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_picture_is_named()
    {
        WritePictures(_folder.File("results"));
        await File.WriteAllTextAsync(_folder.File("results", "park", "day 1", "0", "00005.png"), "no picture", Stop);
        var refusal = await Assert.ThrowsAsync<EvaluationException>(() => ScoreAsync(_folder.File("results")));
        Assert.Contains("00005.png", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_lengths_in_one_file(bool compressed)
    {
        object? Json(Rle mask) => RleCodec.Area(mask) == 0 ? null : new { size = new[] { mask.Height, mask.Width }, counts = compressed ? (object)mask.Counts : RleCodec.FromCounts(mask.Counts) };
        var content = new Dictionary<string, object>
        {
            [Video.Id] = Video.Expressions.ToDictionary(e => e.Id, e => new { prediction_masks = Enumerable.Range(0, 3).Select(i => Json(Mask(e, i))) }),
        };
        await File.WriteAllTextAsync(_folder.File("masks.json"), JsonSerializer.Serialize(content), Stop);
        await CheckAsync(_folder.File("masks.json"));
    }

    [Theory]
    [InlineData("{", "JSON")]
    [InlineData("[]", "video ids")]
    [InlineData("""{"park/day 1": {"0": {"masks": []}}}""", "prediction_masks")]
    [InlineData("""{"park/day 1": {"0": {"prediction_masks": [3, 3, 3]}}}""", "size")]
    [InlineData("""{"park/day 1": {"0": {"prediction_masks": [{"size": [32, 48], "counts": [-4]}]}}}""", "-4")]
    public async Task A_damaged_file_is_refused_with_what_is_wrong(string content, string word)
    {
        await File.WriteAllTextAsync(_folder.File("results.json"), content, Stop);
        var refusal = await Assert.ThrowsAsync<EvaluationException>(() => ScoreAsync(_folder.File("results.json")));
        Assert.Contains(word, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("results.json", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("park/day 1", "results")]
    [InlineData("anything", "results")]
    [InlineData("", "results")]
    [InlineData("", "results/masks.json")]
    public async Task Output_folders_of_runs(string folder, string given)
    {
        // Not named by the id, a folder is found by the name of its video file; then the id has no folder of its own.
        var video = folder == "park/day 1" ? Video : new MadeVideo("day 1", 3, Video.Expressions);
        WriteRun(_folder.File("results", folder), "day 1.mp4", frames: 3);
        await CheckAsync(_folder.File(given), video);
    }

    [Fact]
    public async Task A_run_over_a_part_of_the_frames_does_not_pass_for_the_whole()
    {
        WriteRun(_folder.File("results", Video.Id), "day 1.mp4", frames: 2);
        var refusal = await Assert.ThrowsAsync<EvaluationException>(() => ScoreAsync(_folder.File("results")));
        Assert.Contains("frame '00010'", refusal.Message, StringComparison.Ordinal);
        WriteRun(_folder.File("results", Video.Id), "day 1.mp4", frames: 5);
        Assert.Contains("frame 3", (await Assert.ThrowsAsync<EvaluationException>(() => ScoreAsync(_folder.File("results")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_runs_of_one_video_are_not_guessed_between()
    {
        var video = new MadeVideo("day 1", 3, Video.Expressions);
        WriteRun(_folder.File("results", "a"), "day 1.mp4", frames: 3);
        WriteRun(_folder.File("results", "b"), "day 1.mp4", frames: 3);
        var refusal = await Assert.ThrowsAsync<EvaluationException>(() => ScoreAsync(_folder.File("results"), video));
        Assert.Contains(Path.Combine("a", "masks.json"), refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine("b", "masks.json"), refusal.Message, StringComparison.Ordinal);
        WriteRun(_folder.File("results", "day 1"), "other.mp4", frames: 3);
        await CheckAsync(_folder.File("results"), video);
    }

    [Fact]
    public async Task Another_version_of_a_run_is_refused()
    {
        Directory.CreateDirectory(_folder.File("results", Video.Id));
        await File.WriteAllTextAsync(_folder.File("results", Video.Id, "masks.json"), """{"format": "sa2va-masks", "version": 9, "video": {"file": "a.mp4", "width": 1, "height": 1}, "objects": [], "frames": []}""", Stop);
        Assert.Contains("version 9", (await Assert.ThrowsAsync<EvaluationException>(() => ScoreAsync(_folder.File("results")))).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder.File("results", Video.Id, "masks.json"), """{"format": "sa2va-masks", "version": 1}""", Stop);
        Assert.Contains("sa2va run", (await Assert.ThrowsAsync<EvaluationException>(() => ScoreAsync(_folder.File("results")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_without_predictions_is_refused_with_what_is_known()
    {
        Assert.Contains("no-such", Assert.Throws<EvaluationException>(() => PredictionFiles.Open(_folder.File("no-such"))).Message, StringComparison.Ordinal);
        Assert.Contains("Annotations/VIDEO/EXPRESSION/FRAME.png", Assert.Throws<EvaluationException>(() => PredictionFiles.Open(_folder.FullPath)).Message, StringComparison.Ordinal);
    }

    private static Rle Mask(ReferringExpression expression, int frame) => expression.Id switch
    {
        "0" => MadeVideo.Square(frame),
        "1" => RleCodec.Empty(32, 48),
        _ => Half(frame),
    };

    /// <summary>The left half of the square.</summary>
    private static Rle Half(int frame)
    {
        var pixels = RleCodec.Decode(MadeVideo.Square(frame));
        for (var p = 0; p < pixels.Length; p++)
        {
            if (p % 48 >= 10 + 2 * frame) pixels[p] = 0;
        }

        return RleCodec.Encode(pixels, 32, 48);
    }

    private async Task CheckAsync(string path, ReferringVideo? video = null)
    {
        var split = await ScoreAsync(path, video);
        Assert.Equal([1, 1, 0.5], split.Expressions.Select(e => e.Clip.J));
        Assert.Equal(1, split.Overall.AbsentAccuracy);
    }

    private static async Task<SplitScores> ScoreAsync(string path, ReferringVideo? video = null)
    {
        var predictions = PredictionFiles.Open(path);
        using (predictions as IDisposable)
            return await Evaluator.ScoreAsync(new MadeDataset("made/val", video ?? Video), predictions, new EvaluationOptions(), null, Stop);
    }

    private static void WritePictures(string folder)
    {
        foreach (var expression in Video.Expressions)
        {
            Directory.CreateDirectory(Path.Combine(folder, Video.Id, expression.Id));
            for (var i = 0; i < 3; i++)
            {
                using var file = File.Create(Path.Combine(folder, Video.Id, expression.Id, Video.FrameNames[i] + ".png"));
                PngWriter.WriteGray(file, 48, 32, [.. RleCodec.Decode(Mask(expression, i)).Select(v => (byte)(v * 255))]);
            }
        }
    }

    /// <summary>As <c>sa2va run</c> writes it; "what moves" was found in two halves that overlap, and somebody clicked on something else.</summary>
    private static void WriteRun(string folder, string file, int frames)
    {
        static object Json(int id, Rle mask) => new { @object = id, segmentation = new { size = new[] { mask.Height, mask.Width }, counts = mask.Counts }, area = RleCodec.Area(mask), objectScore = 1.0, predictedIou = 0.9 };
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "masks.json"), JsonSerializer.Serialize(new
        {
            format = "sa2va-masks",
            version = 1,
            video = new { file, width = 48, height = 32, frames, timeBase = "1/24" },
            objects = new[]
            {
                new { id = 1, target = 0, label = "the square", answer = "Sure, [SEG].", absent = false, sha256Chain = "" },
                new { id = 2, target = 1, label = "the circle", answer = "There is none.", absent = true, sha256Chain = "" },
                new { id = 3, target = 2, label = "what moves", answer = "[SEG] [SEG]", absent = false, sha256Chain = "" },
                new { id = 4, target = 2, label = "what moves", answer = "[SEG] [SEG]", absent = false, sha256Chain = "" },
                new { id = 5, target = 3, label = "point 3,4", answer = (string)null!, absent = false, sha256Chain = "" },
            },
            complete = true,
            frames = Enumerable.Range(0, frames).Select(i => new
            {
                frame = i,
                pts = i,
                seconds = i / 24.0,
                masks = new[] { Json(1, MadeVideo.Square(i)), Json(2, RleCodec.Empty(32, 48)), Json(3, Half(i)), Json(4, Half(i)), Json(5, MadeVideo.Square(0)) },
            }),
        }));
    }
}
