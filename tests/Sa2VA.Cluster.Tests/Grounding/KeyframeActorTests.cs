using System.Threading.Channels;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Tests.Grounding;

/// <summary>One language model for the videos of a device: what they share, and what they do not.</summary>
public sealed class KeyframeActorTests(RunSamples samples)
{
    private const int Side = 112;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Videos_that_wait_at_the_same_moment_share_the_work_and_have_the_answers_they_have_alone()
    {
        var alone = new List<IReadOnlyDictionary<int, ResolvedPrompt>>();
        for (var video = 0; video < 3; video++)
        {
            await using var own = new ModelHost(samples.Tiny, "cpu");
            alone.Add(await (await AskAsync(own, video)).AllAsync());
        }

        var (looks, decodings) = (new List<int>(), new List<int>());
        await using var host = new ModelHost(samples.Tiny, "cpu") { Looked = looks.Add, Decoded = decodings.Add };
        var together = await AskTogetherAsync(host, stop => [AskAsync(host, 0), AskAsync(host, 1), AskAsync(host, 2)]);
        for (var video = 0; video < 3; video++)
        {
            var answers = await together[video].AllAsync();
            Assert.Equal(alone[video].Keys.Order(), answers.Keys.Order());
            foreach (var (target, prompt) in answers)
            {
                Assert.Null(prompt.Failure);
                Assert.Equal(alone[video][target].Answer, prompt.Answer);
                Assert.Equal(alone[video][target].Segments, prompt.Segments);
                Assert.NotEmpty(prompt.Segments);
            }
        }

        // Those that came before the thread was busy were looked at in one go, and those that came meanwhile in another.
        Assert.Equal(6, looks.Sum());
        Assert.InRange(looks.Count, 1, 2);
        Assert.Contains(decodings, answers => answers > 2);
    }

    [Fact]
    public async Task What_is_wrong_with_one_video_does_not_touch_the_others()
    {
        await using var host = new ModelHost(samples.Tiny, "cpu");
        using var givingUp = new CancellationTokenSource();
        var asked = await AskTogetherAsync(host, stop =>
        [
            AskAsync(host, 0), AskAsync(host, 1, givenUp: givingUp.Token), AskAsync(host, 2, side: 10), AskAsync(host, 3, text: string.Concat(Enumerable.Repeat("? ", 33_000))),
        ], givingUp.Cancel);

        Assert.All((await asked[0].AllAsync()).Values, prompt => Assert.Null(prompt.Failure));
        await Assert.ThrowsAsync<GroundingInterruptedException>(asked[1].AllAsync);
        Assert.Contains("10x10", (await Assert.ThrowsAsync<ArgumentException>(asked[2].AllAsync)).Message, StringComparison.Ordinal);
        var long3 = await asked[3].AllAsync();
        Assert.Contains("shorter question", long3[0].Failure, StringComparison.Ordinal);
        Assert.Null(long3[1].Failure);

        // And the actor goes on.
        Assert.Equal(2, (await (await AskAsync(host, 4)).AllAsync()).Count);
    }

    [Fact]
    public async Task With_room_for_one_answer_videos_take_turns()
    {
        await using var host = new ModelHost(samples.Tiny, "cpu", new KeyframeOptions { FramesAtOnce = 1, QuestionsAtOnce = 1, MemoryMiB = 1 });
        var order = new List<string>();
        var asked = await AskTogetherAsync(host, stop => [AskAsync(host, 0), AskAsync(host, 1, heard: target => order.Add($"b{target}")), AskAsync(host, 2, heard: target => order.Add($"c{target}"))]);
        foreach (var one in asked) await one.AllAsync();
        Assert.Equal(["b0", "c0", "b1", "c1"], order);
    }

    [Fact]
    public async Task Whoever_waits_is_told_when_the_model_is_closed()
    {
        var host = new ModelHost(samples.Tiny, "cpu");
        var asked = await AskAsync(host, 0, questions: 200);
        await host.DisposeAsync();
        await Assert.ThrowsAsync<GroundingInterruptedException>(asked.AllAsync);
    }

    [Fact]
    public async Task A_plain_tracker_has_nobody_to_ask()
    {
        await using var host = new ModelHost(samples.Sam2Only, "cpu");
        Assert.Null(await host.KeyframesAsync(Stop));
    }

    /// <summary>Asks while the tensor thread is busy, so that all but the first wait together.</summary>
    private static async Task<Asked[]> AskTogetherAsync(ModelHost host, Func<CancellationToken, IEnumerable<Task<Asked>>> ask, Action? then = null)
    {
        _ = await host.KeyframesAsync(Stop);
        using var busy = new ManualResetEventSlim();
        var blocked = host.Tensors.RunAsync(() => busy.Wait(Stop), Stop);
        var asked = await Task.WhenAll(ask(Stop));
        then?.Invoke();
        busy.Set();
        await blocked;
        return asked;
    }

    /// <summary>Two key frames of noise, which depend on the video, and questions that do too.</summary>
    private static async Task<Asked> AskAsync(
        ModelHost host, int video, int questions = 2, int side = Side, string? text = null, Action<int>? heard = null, CancellationToken givenUp = default)
    {
        var (_, actor) = (await host.KeyframesAsync(Stop))!.Value;
        var random = new Random(video);
        var frames = new[] { Noise(random, side), Noise(random, side) };
        var asked = new Asked(questions, heard);
        var texts = Enumerable.Range(0, questions).Select(target => new VideoQuestion(target, target == 0 && text is not null ? text : $"thing {target} of video {video}", QuestionKind.Sentence)).ToList();
        await actor.TellAsync(new KeyframeCommand.Ground(new GroundVideo(frames, texts, maxNewTokens: 40, asked, givenUp)), Stop);
        return asked;
    }

    private static RgbImage Noise(Random random, int side)
    {
        var image = new RgbImage(side, side);
        random.NextBytes(image.Pixels);
        return image;
    }

    /// <summary>Who asked: hears answers as they are given.</summary>
    private sealed class Asked(int questions, Action<int>? heard) : ChannelWriter<AnsweredQuestion>
    {
        private readonly Channel<AnsweredQuestion> _answers = Channel.CreateBounded<AnsweredQuestion>(questions);

        public async Task<IReadOnlyDictionary<int, ResolvedPrompt>> AllAsync()
        {
            var all = new Dictionary<int, ResolvedPrompt>();
            await foreach (var (target, prompt) in _answers.Reader.ReadAllAsync(Stop)) all.Add(target, prompt);
            return all;
        }

        public override bool TryWrite(AnsweredQuestion item)
        {
            heard?.Invoke(item.Target);
            return _answers.Writer.TryWrite(item);
        }

        public override bool TryComplete(Exception? error = null) => _answers.Writer.TryComplete(error);

        public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) => _answers.Writer.WaitToWriteAsync(cancellationToken);
    }
}
