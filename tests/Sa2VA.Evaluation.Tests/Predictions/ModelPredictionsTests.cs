using System.Diagnostics;
using Sa2VA.Cluster.Runs;
using Sa2VA.Datasets;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Evaluation.Tests.Running;
using Sa2VA.Media;
using Sa2VA.Media.Masks;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Tensors;

namespace Sa2VA.Evaluation.Tests.Predictions;

/// <summary>A small random model over real clips: what it finds means nothing, but it must be the same however it came about.</summary>
public sealed class ModelPredictionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MadeDataset _dataset;

    public ModelPredictionsTests()
    {
        // The model is too small to share its work: more threads would only wait for each other.
        torch.set_num_threads(1);
        ModelInitializer.Write(ModelPreset.Named("tiny"), _folder.File("tiny"), new InitOptions { Seed = 3 });
        _dataset = new MadeDataset("made/val", Clip("first"), Clip("in/folder"));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_stopped_evaluation_goes_on_and_finds_the_same()
    {
        var whole = await MasksAsync("whole");
        Assert.Equal(4, whole.Count);
        Assert.Contains(whole, mask => mask != string.Concat(Enumerable.Repeat(RleCodec.Empty(MadeVideo.Side, 48).Counts, 20)));

        await using (var model = Model("stopped"))
        {
            using var stop = new CancellationTokenSource();
            await model.ReadAsync(_dataset.Videos[0], null, stop.Token);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.ReadAsync(_dataset.Videos[1], new StopsAt(stop, 3), stop.Token));
        }

        Assert.Equal(whole, await MasksAsync("stopped"));
        Assert.Equal(whole, await MasksAsync("one at a time", expressionsAtOnce: 1));
        Assert.Equal(2, Directory.GetDirectories(_folder.File("stopped")).Length);
    }

    [Fact]
    public async Task A_video_that_cannot_be_read_is_named_or_counts_as_absent()
    {
        await File.WriteAllTextAsync(_folder.File("broken.mp4"), "no video", Stop);
        var broken = Video("broken", _folder.File("broken.mp4"));
        await using (var strict = Model("strict"))
        {
            var refusal = await Assert.ThrowsAsync<RunException>(() => strict.ReadAsync(broken, null, Stop));
            Assert.Equal(RunFailureKind.Media, refusal.Kind);
            Assert.Contains("'broken'", refusal.Message, StringComparison.Ordinal);
        }

        await using var lenient = Model("lenient", skipUnreadable: true);
        Assert.Empty(await lenient.ReadAsync(broken, null, Stop));
    }

    [Fact]
    public async Task A_video_with_other_frames_than_the_dataset_is_refused_with_both_numbers()
    {
        var wrong = Video("wrong", _dataset.Videos[0].Source, frames: 19);
        await using var model = Model("wrong");
        var refusal = await Assert.ThrowsAsync<EvaluationException>(() => model.ReadAsync(wrong, null, Stop));
        Assert.Contains("19", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("20", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> MasksAsync(string work, int expressionsAtOnce = 64)
    {
        await using var model = Model(work, expressionsAtOnce: expressionsAtOnce);
        var masks = new List<string>();
        foreach (var video in _dataset.Videos)
        {
            var found = await model.ReadAsync(video, null, Stop);
            Assert.All(found.Values, p => Assert.Contains("[SEG]", p.Answer!, StringComparison.Ordinal));
            masks.AddRange(video.Expressions.Select(e => string.Concat(found[e.Id].Masks.Select(m => m!.Counts))));
        }

        return masks;
    }

    private ModelPredictions Model(string work, bool skipUnreadable = false, int expressionsAtOnce = 64) => new(new ModelPredictionOptions
    {
        ModelFolder = _folder.File("tiny"), WorkFolder = _folder.File(work), SkipUnreadable = skipUnreadable, ExpressionsAtOnce = expressionsAtOnce,
    });

    private MadeVideo Clip(string id)
    {
        var path = _folder.File(id.Replace('/', '-') + ".mp4");
        var start = new ProcessStartInfo(MediaTools.Ffmpeg, ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=48x32:r=12", "-frames:v", "20", "-c:v", "libx264", "-pix_fmt", "yuv420p", path]);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return Video(id, path);
    }

    private static MadeVideo Video(string id, string path, int frames = 20)
        => new(id, frames, new ReferringExpression("0", "the square"), new ReferringExpression("1", "the bar")) { File = path };

    private sealed class StopsAt(CancellationTokenSource stop, int frame) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value >= frame) stop.Cancel();
        }
    }
}
