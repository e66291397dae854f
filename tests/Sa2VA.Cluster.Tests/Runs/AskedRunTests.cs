using System.Text.Json;
using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Journal;
using Sa2VA.Cluster.Runs;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Tests.Runs;

/// <summary>Questions and captions as part of a run.</summary>
public sealed class AskedRunTests(RunSamples samples) : IDisposable
{
    private const string Asked = "What happens here?";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_interruption_anywhere_changes_no_word_and_no_mask_and_nothing_is_asked_twice()
    {
        RunTarget[] targets = [new RunTarget.Expression("the bar"), new RunTarget.Question(Asked), new RunTarget.Caption()];
        var looks = new List<int>();
        await using var host = new ModelHost(samples.Tiny, "cpu") { Looked = looks.Add };
        var whole = await VideoRun.ExecuteAsync(samples.Request(_folder.File("whole"), targets), host, cancellationToken: Stop);
        // Everything was asked about one look at the key frames.
        Assert.Equal([5], looks);
        Assert.Equal(["the bar", Asked, "(no phrase) (1)"], whole.Objects.Select(one => one.Label));
        Assert.Equal(3, whole.Objects.Select(one => one.Chain).Distinct().Count());
        var said = Assert.Single(whole.Said.Questions);
        Assert.Equal((1, Asked, "[SEG]", true), (said.Target, said.Question, said.Answer, said.Complete));
        Assert.Equal([2], said.Objects);
        Assert.Equal(("", true, 3), (whole.Said.Caption!.Text, whole.Said.Caption.Complete, Assert.Single(whole.Said.Caption.Phrases).Object));

        RunResult result;
        var sittings = 0;
        do
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            sittings++;
            result = await VideoRun.ExecuteAsync(samples.Request(_folder.File("broken"), targets), host, new Watcher(progress =>
            {
                if (progress.Stage == RunStage.Grounding && progress.Message?.EndsWith("answered", StringComparison.Ordinal) == true) stop.Cancel();
                if (progress.Stage == RunStage.Tracking && progress.FramesDone >= progress.ResumedAt + 40) stop.Cancel();
            }), cancellationToken: stop.Token);
        }
        while (result.Outcome == RunOutcome.Interrupted);

        Assert.True(sittings > 2, $"{sittings} sittings");
        Assert.Equal(whole.Objects.Select(one => one.Chain), result.Objects.Select(one => one.Chain));
        Assert.Equivalent(whole.Said, result.Said, strict: true);
        Assert.Equal([("prompt-resolved", 0), ("question-answered", 1), ("question-answered", 2)], (await AnswersAsync("broken", result.VideoId)).OrderBy(answer => answer.Target));
    }

    [Fact]
    public async Task Words_alone_are_those_of_a_conversation_and_leave_nothing_to_track()
    {
        await using var host = new ModelHost(samples.TinyMute, "cpu");
        var request = samples.Request(_folder.FullPath, new RunTarget.Question($" {Asked} "), new RunTarget.Caption()) with { ModelFolder = samples.TinyMute, Protocol = GroundingProtocol.Sa2va };
        var result = await VideoRun.ExecuteAsync(request, host, cancellationToken: Stop);

        Assert.Equal((RunOutcome.Completed, RunSamples.ClipFrames, RunSamples.ClipFrames), (result.Outcome, result.FramesDone, result.FramesTotal));
        Assert.Empty(result.Objects);
        var said = Assert.Single(result.Said.Questions);
        Assert.Empty(said.Objects);
        // Sixteen tokens are not enough for a model that never ends.
        Assert.False(said.Complete);
        Assert.False(result.Said.Caption!.Complete);

        var chat = new ChatRequest { Source = samples.Clip, Protocol = GroundingProtocol.Sa2va };
        var limits = new AskOptions { MaxNewTokens = request.MaxNewTokens };
        await using var first = await ChatSession.OpenAsync(host, chat, Stop);
        Assert.Equal((await first.AskAsync(Asked, limits, cancellationToken: Stop)).Text, said.Answer);
        await first.RestartAsync(Stop);
        Assert.Equal((await first.AskAsync(GroundedCaption.Request, limits, cancellationToken: Stop)).Text, result.Said.Caption.Answer);
    }

    [Fact]
    public async Task A_picture_is_asked_about_and_described_as_one()
    {
        var picture = Path.Combine(await samples.PicturesAsync(_folder.File("pictures")), "00000.png");
        var request = samples.Request(_folder.File("work"), new RunTarget.Question("What is this?"), new RunTarget.Caption()) with { Video = picture };
        await using var host = new ModelHost(samples.Tiny, "cpu");
        var result = await VideoRun.ExecuteAsync(request, host, cancellationToken: Stop);
        Assert.Equal((RunOutcome.Completed, 1, 2), (result.Outcome, result.FramesDone, result.Objects.Count));
        await using var session = await ChatSession.OpenAsync(host, new ChatRequest { Source = picture }, Stop);
        Assert.Equal((await session.AskAsync("What is this?", cancellationToken: Stop)).Text, result.Said.Questions[0].Answer);
    }

    [Fact]
    public async Task A_model_that_cannot_is_refused_before_anything_is_tracked()
    {
        var clicked = RunSamples.Clicked("clicked", 0, 30, 20);
        var tracker = await RunAsync("tracker", samples.Sam2Only, clicked, new RunTarget.Question(Asked));
        Assert.Equal((RunOutcome.Failed, RunFailureKind.Model, 0), (tracker.Outcome, tracker.Failure!.Kind, tracker.FramesDone));
        Assert.Contains("says nothing", tracker.Failure.Message, StringComparison.Ordinal);

        var unipixel = await RunAsync("unipixel", samples.TinyUniPixel, clicked, new RunTarget.Caption());
        Assert.Equal((RunOutcome.Failed, RunFailureKind.Model, 0), (unipixel.Outcome, unipixel.Failure!.Kind, unipixel.FramesDone));
        Assert.Contains("leave the caption out", unipixel.Failure.Message, StringComparison.Ordinal);

        var answering = await RunAsync("answering", samples.TinyUniPixel, new RunTarget.Question(Asked));
        Assert.Equal((RunOutcome.Completed, "<|seg|>"), (answering.Outcome, answering.Said.Questions[0].Answer));
        Assert.Equal(Asked, Assert.Single(answering.Objects).Label);
    }

    [Fact]
    public async Task What_asks_nothing_or_too_much_is_refused()
    {
        foreach (var (text, says) in new[] { (" ", "question is empty"), (new string('x', 2001), "2001 characters"), ("a\0", "zero character") })
            Assert.Contains(says, (await Assert.ThrowsAsync<RunException>(() => RunAsync("refused", samples.Tiny, new RunTarget.Question(text)))).Message, StringComparison.Ordinal);
        Assert.Contains("captions is 2", (await Assert.ThrowsAsync<RunException>(() => RunAsync("refused", samples.Tiny, new RunTarget.Caption(), new RunTarget.Caption()))).Message, StringComparison.Ordinal);
    }

    private Task<RunResult> RunAsync(string folder, string model, params RunTarget[] targets)
        => VideoRun.ExecuteAsync(samples.Request(_folder.File(folder), targets) with { ModelFolder = model, Frames = new FrameSelection(0, 7, 1) }, cancellationToken: Stop);

    private async Task<List<(string Type, int Target)>> AnswersAsync(string folder, string videoId)
    {
        using var journal = SqliteJournal.Open(_folder.File(folder, "journal.db"));
        var answers = new List<(string, int)>();
        await foreach (var record in journal.ReadAsync(videoId, 1, Stop))
        {
            if (record.Type is not ("prompt-resolved" or "question-answered")) continue;
            using var document = JsonDocument.Parse(record.Payload);
            answers.Add((record.Type, document.RootElement.GetProperty("target").GetInt32()));
        }

        return answers;
    }
}
