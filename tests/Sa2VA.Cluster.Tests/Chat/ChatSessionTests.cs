using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Media;
using Sa2VA.Media.Masks;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Tests.Chat;

public sealed class ChatSessionTests(RunSamples samples) : IDisposable
{
    private static readonly AskOptions Short = new() { MaxNewTokens = 12 };
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Conversations_and_runs_that_share_a_model_say_what_each_says_alone()
    {
        string[] questions = ["What is it?", "And behind it?", "the bar"];
        var alone = new List<List<Answer>>();
        var sources = new[] { samples.ClipOf(3), await PictureAsync(), null };
        foreach (var source in sources)
        {
            await using var own = new ModelHost(samples.TinyMute, "cpu");
            alone.Add(await TalkAsync(own, source, questions));
        }

        await using var host = new ModelHost(samples.TinyMute, "cpu");
        var run = VideoRun.ExecuteAsync(
            samples.Request(_folder.FullPath, new RunTarget.Expression("the bar")) with { Video = samples.ClipOf(3), ModelFolder = samples.TinyMute }, host, cancellationToken: Stop);
        var together = await Task.WhenAll(sources.Select(source => TalkAsync(host, source, questions)));
        Assert.Equal(RunOutcome.Completed, (await run).Outcome);
        foreach (var (expected, found) in alone.Zip(together))
            Assert.Equal(expected.Select(answer => string.Join(' ', answer.TokenIds)), found.Select(answer => string.Join(' ', answer.TokenIds)));
        Assert.Equal(3, alone.Select(answers => string.Join(' ', answers[2].TokenIds)).Distinct().Count());
    }

    [Fact]
    public async Task The_answer_comes_in_pieces_and_what_was_said_counts_until_it_is_forgotten()
    {
        await using var host = new ModelHost(samples.TinyMute, "cpu");
        await using var session = await ChatSession.OpenAsync(host, new ChatRequest { Source = samples.ClipOf(3), KeyFrames = 2 }, Stop);
        var said = "";
        var first = await session.AskAsync("What is it?", Short, piece => said += piece, Stop);
        Assert.Equal(first.Text, said);
        var second = await session.AskAsync("What is it?", Short, cancellationToken: Stop);
        await session.RestartAsync(Stop);
        Assert.Equal(first.TokenIds, (await session.AskAsync("What is it?", Short, cancellationToken: Stop)).TokenIds);
        Assert.Equal(second.TokenIds, (await session.AskAsync("What is it?", Short, cancellationToken: Stop)).TokenIds);
    }

    [Theory]
    [InlineData(nameof(RunSamples.TinyMute))]
    [InlineData(nameof(RunSamples.Tiny))]
    [InlineData(nameof(RunSamples.TinyUniPixel))]
    public async Task A_conversation_that_is_recalled_goes_on_like_the_one_that_was_had(string model)
    {
        var folder = model switch { nameof(RunSamples.TinyMute) => samples.TinyMute, nameof(RunSamples.Tiny) => samples.Tiny, _ => samples.TinyUniPixel };
        await using var host = new ModelHost(folder, "cpu");
        var request = new ChatRequest { Source = samples.ClipOf(3), KeyFrames = 2 };
        await using var had = await ChatSession.OpenAsync(host, request, Stop);
        var turns = new List<RecalledTurn>();
        foreach (var (question, asksForMask) in new[] { ("What is it?", false), ("the bar", true) })
        {
            var answer = asksForMask ? await had.AskForMaskAsync(question, Short, cancellationToken: Stop) : await had.AskAsync(question, Short, cancellationToken: Stop);
            turns.Add(new RecalledTurn(question, asksForMask, answer.TokenIds, answer.Complete));
        }

        await using var recalled = await ChatSession.OpenAsync(host, request, Stop);
        await recalled.RecallAsync(turns, Stop);
        var expected = await had.AskAsync("And behind it?", Short, cancellationToken: Stop);
        var found = await recalled.AskAsync("And behind it?", Short, cancellationToken: Stop);
        Assert.Equal(expected.TokenIds, found.TokenIds);
        for (var i = 0; i < expected.SegEmbeddings.Length; i++)
        {
            foreach (var (one, other) in expected.SegEmbeddings[i].Zip(found.SegEmbeddings[i])) Assert.Equal(one, other, 1e-3);
        }

        Assert.True(await recalled.MeasureAsync(Stop) > 0);
    }

    [Fact]
    public async Task Drawing_tokens_follows_the_seed()
    {
        await using var host = new ModelHost(samples.TinyMute, "cpu");
        await using var session = await ChatSession.OpenAsync(host, new ChatRequest(), Stop);
        async Task<string> Draw(ulong seed)
        {
            await session.RestartAsync(Stop);
            return string.Join(' ', (await session.AskAsync("Hello", Short with { Sampling = new SamplingOptions { Temperature = 5, Seed = seed } }, cancellationToken: Stop)).TokenIds);
        }

        Assert.Equal(await Draw(1), await Draw(1));
        Assert.NotEqual(await Draw(1), await Draw(2));
    }

    [Fact]
    public async Task An_answer_that_is_stopped_stays_as_far_as_it_came_and_others_go_on()
    {
        await using var host = new ModelHost(samples.TinyMute, "cpu");
        await using var session = await ChatSession.OpenAsync(host, new ChatRequest(), Stop);
        await using var other = await ChatSession.OpenAsync(host, new ChatRequest(), Stop);
        using var enough = new CancellationTokenSource();
        var heard = 0;
        var longOne = session.AskAsync("Tell me everything", new AskOptions { MaxNewTokens = 8000 }, _ =>
        {
            if (++heard == 2) enough.Cancel();
        }, enough.Token);
        Assert.Equal(12, (await other.AskAsync("And you?", Short, cancellationToken: Stop)).TokenIds.Length);
        var stopped = await longOne;
        Assert.False(stopped.Complete);
        Assert.InRange(stopped.TokenIds.Length, 2, 7999);

        // Asked when it is to end at once, it says one token.
        Assert.InRange((await session.AskAsync("More", Short, cancellationToken: enough.Token)).TokenIds.Length, 1, 2);
        Assert.Equal(12, (await session.AskAsync("Go on", Short, cancellationToken: Stop)).TokenIds.Length);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_and_the_conversation_goes_on()
    {
        await using var host = new ModelHost(samples.Tiny, "cpu");
        await using var session = await ChatSession.OpenAsync(host, new ChatRequest { Source = samples.ClipOf(3) }, Stop);
        var tooLong = await Assert.ThrowsAsync<RunException>(() => session.AskAsync(string.Concat(Enumerable.Repeat("? ", 33_000)), Short, cancellationToken: Stop));
        Assert.Equal(RunFailureKind.Settings, tooLong.Kind);
        Assert.Contains("shorter question", tooLong.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RunException>(() => session.AskForMaskAsync("  ", Short, cancellationToken: Stop));
        Assert.Single((await session.AskForMaskAsync("the bar", Short, cancellationToken: Stop)).SegEmbeddings);

        var missing = await Assert.ThrowsAsync<RunException>(() => ChatSession.OpenAsync(host, new ChatRequest { Source = "nowhere.mp4" }, Stop));
        Assert.Equal(RunFailureKind.Media, missing.Kind);
        await using var plain = new ModelHost(samples.Sam2Only, "cpu");
        Assert.Equal(RunFailureKind.Model, (await Assert.ThrowsAsync<RunException>(() => ChatSession.OpenAsync(plain, new ChatRequest(), Stop))).Kind);
    }

    [Fact]
    public async Task Whoever_waits_is_told_when_the_conversation_is_closed()
    {
        await using var host = new ModelHost(samples.TinyMute, "cpu");
        var session = await ChatSession.OpenAsync(host, new ChatRequest(), Stop);
        var began = new TaskCompletionSource();
        var first = session.AskAsync("Tell me everything", new AskOptions { MaxNewTokens = 8000 }, _ => began.TrySetResult(), Stop);
        var second = session.AskAsync("And then?", Short, cancellationToken: Stop);
        await began.Task;
        await session.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => first);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.AskAsync("Still there?", Short, cancellationToken: Stop));
    }

    [Fact]
    public async Task What_is_followed_has_the_masks_of_a_run()
    {
        var click = new VisualPrompt.Points(4, [30, 20], [1]);
        var box = new VisualPrompt.Box(0, 8, 8, 30, 40);
        var request = samples.Request(_folder.FullPath, new RunTarget.Prompted("a", [click]), new RunTarget.Prompted("b", [box])) with { Video = samples.ClipOf(12) };
        await using var host = new ModelHost(samples.Tiny, "cpu");
        var result = await VideoRun.ExecuteAsync(request, host, cancellationToken: Stop);
        var expected = new List<string>();
        await foreach (var step in result.Masks.ReadAsync(Stop)) expected.AddRange(step.Masks.Select(mask => $"{step.Frame} {mask.ObjectId} {mask.Rle.Counts} {mask.ObjectScore}"));

        await using var session = await ChatSession.OpenAsync(host, new ChatRequest { Source = request.Video }, Stop);
        var found = new List<string>();
        await foreach (var followed in session.FollowAsync([new FollowedObject(1, "a") { Shown = [click] }, new FollowedObject(2, "b") { Shown = [box] }], Stop))
        {
            using (followed)
                found.AddRange(followed.Masks.Select(mask => $"{followed.Frame.Index} {mask.ObjectId} {RleCodec.Encode(mask.Pixels, 48, 64).Counts} {mask.ObjectScore}"));
        }

        Assert.Equal(expected, found);
        Assert.Equal(24, found.Count);
    }

    [Fact]
    public async Task A_UniPixel_answers_and_what_it_means_has_the_masks_of_a_run()
    {
        await using var host = new ModelHost(samples.TinyUniPixel, "cpu");
        var request = samples.Request(_folder.FullPath, new RunTarget.Expression("the bar")) with { ModelFolder = samples.TinyUniPixel, Video = samples.ClipOf(12), KeyFrames = 4 };
        var result = await VideoRun.ExecuteAsync(request, host, cancellationToken: Stop);
        var expected = new List<string>();
        await foreach (var step in result.Masks.ReadAsync(Stop)) expected.AddRange(step.Masks.Select(mask => $"{step.Frame} {mask.Rle.Counts} {mask.ObjectScore}"));

        await using var session = await ChatSession.OpenAsync(host, new ChatRequest { Source = request.Video, KeyFrames = 4 }, Stop);
        Assert.False(session.SaysCaptions);
        var answer = await session.AskForMaskAsync("the bar", Short, cancellationToken: Stop);
        var found = new List<string>();
        await foreach (var followed in session.FollowAsync([new FollowedObject(1, "the bar") { Embedding = answer.SegEmbeddings[0] }], Stop))
        {
            using (followed)
                found.AddRange(followed.Masks.Select(mask => $"{followed.Frame.Index} {RleCodec.Encode(mask.Pixels, 48, 64).Counts} {mask.ObjectScore}"));
        }

        Assert.Equal(expected, found);
        Assert.Equal(12, found.Count);

        // A picture is a clip of one frame, larger than those of a longer one, and what was said before counts.
        await using var picture = await ChatSession.OpenAsync(host, new ChatRequest { Source = await PictureAsync() }, Stop);
        var first = await picture.AskForMaskAsync("the bar", Short, cancellationToken: Stop);
        var second = await picture.AskForMaskAsync("the bar", Short, cancellationToken: Stop);
        Assert.Equal(("<|seg|>", "<|seg|>"), (first.Text, second.Text));
        Assert.NotEqual(first.SegEmbeddings[0], second.SegEmbeddings[0]);
    }

    [Fact]
    public async Task A_picture_is_seen_in_tiles_and_outlined_by_a_run_and_by_a_conversation()
    {
        var picture = await PictureAsync();
        await using var host = new ModelHost(samples.Tiny, "cpu");
        var result = await VideoRun.ExecuteAsync(samples.Request(_folder.File("run"), new RunTarget.Expression("the bar")) with { Video = picture }, host, cancellationToken: Stop);
        Assert.Equal((RunOutcome.Completed, 1), (result.Outcome, result.FramesDone));
        Rle? run = null;
        await foreach (var step in result.Masks.ReadAsync(Stop)) run = Assert.Single(step.Masks).Rle;

        await using var session = await ChatSession.OpenAsync(host, new ChatRequest { Source = picture }, Stop);
        Assert.True(session.Source!.IsStill);
        var answer = await session.AskForMaskAsync("the bar", Short, cancellationToken: Stop);
        await foreach (var followed in session.FollowAsync([new FollowedObject(1, "the bar") { Embedding = answer.SegEmbeddings[0] }], Stop))
        {
            using (followed) Assert.Equal(run, RleCodec.Encode(Assert.Single(followed.Masks).Pixels, 48, 64));
        }

        // A folder of one picture is a video of one frame, which is not tiled: the model sees something else.
        var folder = await samples.PicturesAsync(_folder.File("frames"));
        foreach (var file in Directory.GetFiles(folder).Order(StringComparer.Ordinal).Skip(1)) File.Delete(file);
        await using var video = await ChatSession.OpenAsync(host, new ChatRequest { Source = folder }, Stop);
        Assert.False(video.Source!.IsStill);
        Assert.NotEqual(answer.SegEmbeddings[0], (await video.AskForMaskAsync("the bar", Short, cancellationToken: Stop)).SegEmbeddings[0]);
    }

    private static async Task<List<Answer>> TalkAsync(ModelHost host, string? source, IReadOnlyList<string> questions)
    {
        await using var session = await ChatSession.OpenAsync(host, new ChatRequest { Source = source, KeyFrames = 2 }, Stop);
        var answers = new List<Answer>();
        foreach (var question in questions) answers.Add(await session.AskAsync(question, Short, cancellationToken: Stop));
        return answers;
    }

    private async Task<string> PictureAsync()
    {
        var folder = await samples.PicturesAsync(_folder.File("pictures"));
        return Path.Combine(folder, "00000.png");
    }
}
