using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Journal;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Cluster.Verification;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media;
using Sa2VA.Models.Sa2va;
using Sa2VA.Tensors;

namespace Sa2VA.Cluster.Tests.Verification;

public sealed class VerifiedRunTests(RunSamples samples) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_verdict_names_its_evidence()
    {
        var result = await VideoRun.ExecuteAsync(Request("work", samples.Tiny), cancellationToken: Stop);
        var verdict = Assert.Single(result.Verdicts);
        Assert.Equal((0, Presence.Present, 3, 3), (verdict.Target, verdict.Presence, verdict.Evidence.Asked, verdict.Evidence.Found));
        Assert.All(verdict.Answers, answer => Assert.True(answer.Found));
        Assert.Equal([[0, 22, 44, 66, 89], [6, 24, 42, 60, 78], [12, 30, 48, 66, 84]], verdict.Answers.Select(answer => answer.Frames));
        var areas = new List<long>();
        await foreach (var step in result.Masks.ReadAsync(Stop)) areas.Add(Media.Masks.RleCodec.Area(step.Masks[0].Rle));
        Assert.Equal(areas.Count(area => area > 0) / 90.0, verdict.Evidence.Coverage, precision: 12);
        Assert.Equal(areas.Where(area => area > 0).Average() / (64 * 48), verdict.Evidence.Area, precision: 12);
    }

    [Fact]
    public async Task What_every_answer_denies_is_absent()
    {
        var result = await VideoRun.ExecuteAsync(Request("work", samples.TinyMute), cancellationToken: Stop);
        Assert.Equal((Presence.Absent, 0, 0.0), (result.Verdicts[0].Presence, result.Verdicts[0].Evidence.Found, result.Verdicts[0].Evidence.Coverage));
        Assert.True(result.Objects[0].Absent);
    }

    [Fact]
    public async Task Interrupted_between_questions_it_asks_only_what_is_open_and_concludes_the_same()
    {
        var whole = await VideoRun.ExecuteAsync(Request("whole", samples.Tiny), cancellationToken: Stop);
        RunResult result;
        var sittings = 0;
        do
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            var answers = 0;
            sittings++;
            result = await VideoRun.ExecuteAsync(Request("broken", samples.Tiny), new Watcher(progress =>
            {
                if (progress.Stage == RunStage.Grounding && progress.Message?.EndsWith("answered", StringComparison.Ordinal) == true && ++answers == 1) stop.Cancel();
            }), cancellationToken: stop.Token);
        }
        while (result.Outcome == RunOutcome.Interrupted);

        Assert.Equal(4, sittings);
        Assert.Equal(whole.Objects[0].Chain, result.Objects[0].Chain);
        Assert.Equivalent(whole.Verdicts, result.Verdicts, strict: true);
    }

    [Fact]
    public async Task In_words_a_sentence_is_asked_once_ever_about_the_first_key_frames()
    {
        RunResult result;
        do
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            result = await VideoRun.ExecuteAsync(InWords("words", samples.Tiny), new Watcher(progress =>
            {
                if (progress.Stage == RunStage.Grounding && progress.Message?.EndsWith("answered", StringComparison.Ordinal) == true) stop.Cancel();
            }), cancellationToken: stop.Token);
        }
        while (result.Outcome == RunOutcome.Interrupted);

        using var journal = SqliteJournal.Open(Path.Combine(_folder.File("words"), "journal.db"));
        var said = new List<VideoEvent.PresenceSaid>();
        await foreach (var record in journal.ReadAsync(result.VideoId, fromSequence: 1, Stop))
        {
            if (new VideoCodec().Decode(record) is VideoEvent.PresenceSaid one) said.Add(one);
        }

        using var model = Sa2vaModel.Load(samples.Tiny, Device.CPU);
        var info = await MediaProbe.ProbeAsync(samples.Clip, MediaLimits.Default, Stop);
        var images = await KeyFramePictures.ReadAsync(info, [0, 22, 44, 66, 89], model, MediaLimits.Default, Stop);
        using var prefix = model.EncodeFrames([.. images.Select(image => new RgbPixels(image.Width, image.Height, image.Memory))]);
        using var asked = model.BeginPresence(prefix, "the bar");
        model.Step([asked]);
        Assert.Equal(asked.Answer!.SaidYes, Assert.Single(said).Prompt.SaidYes);
        Assert.Equal(asked.Answer.SaidYes, result.Verdicts[0].Evidence.SaidYes);

        // It says nothing about masks, and one interrupted has what one that was not has.
        var whole = await VideoRun.ExecuteAsync(InWords("whole", samples.Tiny), cancellationToken: Stop);
        Assert.Equivalent(whole.Verdicts, result.Verdicts, strict: true);
        Assert.Equal((3, 3), (whole.Verdicts[0].Evidence.Asked, whole.Verdicts[0].Evidence.Found));
        Assert.Equal(whole.Objects[0].Chain, result.Objects[0].Chain);
    }

    [Fact]
    public async Task In_words_it_is_asked_where_the_models_own_calibration_weighs_it_unless_somebody_says_otherwise()
    {
        var model = Copied(samples.Tiny);
        async Task<PresenceVerdict> VerdictAsync(string folder, bool? words = null) => (await VideoRun.ExecuteAsync(
            Request(folder, model) with { Video = samples.ClipOf(20), Verify = new VerifyOptions { Asks = 1, Words = words } }, cancellationToken: Stop)).Verdicts[0];
        new PresenceModel([0, 0, 0, 0, 0], 0.9, 0.1).Write(Path.Combine(model, PresenceModel.FileName), "before");
        Assert.Null((await VerdictAsync("before")).Evidence.SaidYes);
        var unweighed = await VerdictAsync("asked", words: true);
        Assert.Equal(0.5, unweighed.Probability);
        new PresenceModel([0, 0, 0, 0, 0, 8], 0.9, 0.1).Write(Path.Combine(model, PresenceModel.FileName), "with words");
        var weighed = await VerdictAsync("weighed");
        Assert.Equal(unweighed.Evidence.SaidYes, weighed.Evidence.SaidYes);
        Assert.Equal(1 / (1 + Math.Exp(-8 * weighed.Evidence.SaidYes!.Value)), weighed.Probability, precision: 12);
        var silent = await VerdictAsync("silent", words: false);
        Assert.Equal((null, 1 / (1 + Math.Exp(-4))), (silent.Evidence.SaidYes, silent.Probability));
    }

    [Fact]
    public async Task A_UniPixel_is_asked_in_words_too()
    {
        var result = await VideoRun.ExecuteAsync(InWords("unipixel", samples.TinyUniPixel) with { Video = samples.ClipOf(20) }, cancellationToken: Stop);
        Assert.Equal(RunOutcome.Completed, result.Outcome);
        Assert.InRange(result.Verdicts[0].Evidence.SaidYes!.Value, 1e-9, 1 - 1e-9);
    }

    [Fact]
    public async Task A_verified_run_is_another_than_a_plain_one_and_follows_the_same_answer()
    {
        var verified = await VideoRun.ExecuteAsync(Request("work", samples.Tiny), cancellationToken: Stop);
        var plain = await VideoRun.ExecuteAsync(Request("work", samples.Tiny) with { Verify = null }, cancellationToken: Stop);
        Assert.NotEqual(plain.VideoId, verified.VideoId);
        Assert.Equal(plain.Objects[0].Chain, verified.Objects[0].Chain);
        Assert.Empty(plain.Verdicts);
    }

    [Fact]
    public async Task A_calibration_that_is_none_fails_before_anything_is_tracked()
    {
        var model = Copied(samples.Tiny);
        await File.WriteAllTextAsync(Path.Combine(model, PresenceModel.FileName), "{}", Stop);
        var result = await VideoRun.ExecuteAsync(Request("work", model), cancellationToken: Stop);
        Assert.Equal((RunOutcome.Failed, RunFailureKind.Model, 0), (result.Outcome, result.Failure!.Kind, result.FramesDone));
        Assert.Contains(PresenceModel.FileName, result.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_number_of_questions_is_bounded()
    {
        var refused = await Assert.ThrowsAsync<RunException>(() => VideoRun.ExecuteAsync(Request("work", samples.Tiny) with { Verify = new VerifyOptions { Asks = 17 } }, cancellationToken: Stop));
        Assert.Contains("Verify.Asks", refused.Message, StringComparison.Ordinal);
    }

    private string Copied(string of)
    {
        var model = _folder.File("model");
        Directory.CreateDirectory(model);
        foreach (var file in Directory.EnumerateFiles(of)) File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        return model;
    }

    private RunRequest InWords(string folder, string model) => Request(folder, model) with { Verify = new VerifyOptions { Words = true } };

    private RunRequest Request(string folder, string model)
        => samples.Request(_folder.File(folder), new RunTarget.Expression("the bar")) with { ModelFolder = model, Verify = new VerifyOptions() };
}
