using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Journal;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Verification;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Weights;

namespace Sa2VA.Cluster.Tests.Runs;

/// <summary>What every family of models is asked to do, by the actors that every one goes through. What one family does in its own way is tested where that is.</summary>
public sealed class FamilyTaskTests(RunSamples samples) : IDisposable
{
    private const string Sentence = "the bar";
    private const string Asked = "What happens here?";
    private const int Frames = 24;

    private readonly TemporaryFolder _folder = new();

    /// <summary>A preset of each.</summary>
    public static TheoryData<string> Families => ["tiny-internlm2", "tiny-phi3", "tiny-qwen2.5vl", "tiny-qwen3vl", "tiny-desa2va"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Families))]
    public async Task One_run_finds_answers_captions_verifies_and_asks_again_and_an_interruption_changes_nothing(string family)
    {
        RunTarget[] targets = [new RunTarget.Expression(Sentence), RunSamples.Clicked("clicked", 3, 30, 20), new RunTarget.Question(Asked), new RunTarget.Caption()];
        RunRequest Request(string folder) => samples.Request(_folder.File(folder), targets) with
        {
            ModelFolder = samples.MadeModel(family),
            Frames = new FrameSelection(0, Frames - 1, 1),
            KeyFrames = 2,
            Verify = new VerifyOptions { Asks = 1, Words = true },
            Reground = new RegroundOptions { EveryFrames = 8, WindowFrames = 8, KeyFrames = 2 },
        };
        await using var host = new ModelHost(samples.MadeModel(family), "cpu");
        var whole = await VideoRun.ExecuteAsync(Request("whole"), host, cancellationToken: Stop);

        Assert.Equal((RunOutcome.Completed, Frames), (whole.Outcome, whole.FramesDone));
        Assert.Equal([Sentence, "clicked", Asked, "(no phrase) (1)"], whole.Objects.Select(one => one.Label));
        Assert.Equal("[SEG]", Assert.Single(whole.Said.Questions).Answer);
        Assert.Equal(4, Assert.Single(whole.Said.Caption!.Phrases).Object);
        var evidence = Assert.Single(whole.Verdicts).Evidence;
        Assert.Equal((2, 2), (evidence.Asked, evidence.Found));
        Assert.InRange(evidence.SaidYes!.Value, 0, 1);
        Assert.Equal(2, await CountAsync("whole", whole.VideoId, "reground-answered"));
        var areas = new long[whole.Objects.Count];
        await foreach (var step in whole.Masks.ReadAsync(Stop))
        {
            for (var i = 0; i < areas.Length; i++) areas[i] += Media.Masks.RleCodec.Area(step.Masks[i].Rle);
        }

        // What the sentence, the question and the caption mean; what a click finds with random weights may be nothing.
        Assert.All((int[])[0, 2, 3], one => Assert.True(areas[one] > 0, $"nothing is seen of object {one + 1}"));
        Assert.Equal(1, Assert.Single(whole.Corrections).ObjectId);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var stopped = await VideoRun.ExecuteAsync(Request("broken"), host, new Watcher(progress =>
        {
            if (progress.Stage == RunStage.Tracking && progress.FramesDone >= 11) stop.Cancel();
        }), cancellationToken: stop.Token);
        Assert.Equal(RunOutcome.Interrupted, stopped.Outcome);
        var resumed = await VideoRun.ExecuteAsync(Request("broken"), host, cancellationToken: Stop);
        Assert.Equal(whole.Objects.Select(one => one.Chain), resumed.Objects.Select(one => one.Chain));
        Assert.Equivalent(whole.Said, resumed.Said, strict: true);
        Assert.Equivalent(whole.Verdicts, resumed.Verdicts, strict: true);
        Assert.Equal(whole.Corrections, resumed.Corrections);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task A_video_and_a_picture_are_talked_about_and_what_an_answer_shows_is_outlined(string family)
    {
        var picture = Path.Combine(await samples.PicturesAsync(_folder.File("pictures")), "00000.png");
        await using var host = new ModelHost(samples.MadeModel(family), "cpu");
        foreach (var (source, frames) in new[] { (samples.ClipOf(3), 3), (picture, 1) })
        {
            await using var session = await ChatSession.OpenAsync(host, new ChatRequest { Source = source, KeyFrames = 2 }, Stop);
            var said = "";
            var first = await session.AskAsync(Asked, said: piece => said += piece, cancellationToken: Stop);
            Assert.Equal(first.Text, said);
            var second = await session.AskForMaskAsync(Sentence, cancellationToken: Stop);
            await session.RestartAsync(Stop);
            Assert.Equal(first.TokenIds, (await session.AskAsync(Asked, cancellationToken: Stop)).TokenIds);

            var seen = 0;
            var shown = new FollowedObject(1, Sentence) { Embedding = Assert.Single(second.SegEmbeddings) };
            await foreach (var frame in session.FollowAsync([shown], Stop))
            {
                using (frame) Assert.Equal(64 * 48, Assert.Single(frame.Masks).Pixels.Length);
                seen++;
            }

            Assert.Equal(frames, seen);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Bytes_for_weights_and_self_feedback_give_results_of_their_own(string family)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var variant in new ModelVariant[] { ModelVariant.Plain, new() { SelfFeedback = true }, new() { Quantize = Quantization.Int8 } })
        {
            var request = samples.Request(_folder.File("work"), new RunTarget.Expression(Sentence)) with
            {
                ModelFolder = samples.MadeModel(family), Frames = new FrameSelection(0, 3, 1), KeyFrames = 2, Variant = variant,
            };
            var result = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);
            Assert.Equal((RunOutcome.Completed, "[SEG]", false), (result.Outcome, result.Objects[0].Answer, result.Objects[0].Absent));
            Assert.True(ids.Add(result.VideoId), $"{variant} has the results of another one");
        }
    }

    private async Task<int> CountAsync(string folder, string videoId, string type)
    {
        using var journal = SqliteJournal.Open(_folder.File(folder, "journal.db"));
        var count = 0;
        await foreach (var record in journal.ReadAsync(videoId, 1, Stop)) count += record.Type == type ? 1 : 0;
        return count;
    }
}
