using Sa2VA.Cluster.ObjectSessions;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.ObjectSessions;

/// <summary>Both passes of PixelQA over a real clip and a random UniPixel, and what is left of them when a session is opened again.</summary>
public sealed class ObjectSessionTests(RunSamples samples) : IDisposable
{
    private const string Second = "Is [1] left of [2]?";
    private static readonly PointedAt Bar = new(1, 0, [30, 20]);
    private static readonly PointedAt Clock = new(2, 40, [10, 30, 40, 46]);
    private static readonly ObjectSessionOptions Options = new() { Frames = 6, Keep = [40] };
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Objects_are_found_remembered_and_asked_about_and_a_session_that_is_opened_again_goes_on_the_same()
    {
        await using var model = new ModelHost(samples.TinyUniPixel, "cpu");
        ObjectMemory whole;
        await using (var session = await ObjectSession.OpenAsync(samples.Clip, model, _folder.File("whole"), Options, Stop))
        {
            Assert.Equal("<|seg|>", (await session.AskAsync("What does [1] do?", [Bar], cancellationToken: Stop)).Answer);
            await session.AskAsync(Second, [Clock], cancellationToken: Stop);
            await session.AskAsync("What is next to [1]? (A) a cup (B) [2]", answerStart: "The best option is (", cancellationToken: Stop);
            whole = await session.MemoryAsync(Stop);
            var frames = new List<int>();
            await foreach (var followed in session.FollowAsync(whole, Stop))
            {
                using (followed)
                {
                    Assert.All(followed.Masks, mask => Assert.Equal(whole.Objects[mask.ObjectId][frames.Count], RleCodec.Encode(mask.Pixels, 48, 64)));
                    Assert.Equal([1, 2], followed.Masks.Select(mask => mask.ObjectId));
                    frames.Add(followed.Frame.Index);
                }
            }

            Assert.Equal(whole.Clip!.Frames, frames);
        }

        Assert.Equal([0, 18, 40, 53, 71, 89], whole.Clip!.Frames);
        Assert.Equal([1, 2], whole.Objects.Keys);
        Assert.All(whole.Objects.Values, masks => Assert.Equal(6, masks.Length));
        Assert.Contains(whole.Objects.Values.SelectMany(masks => masks), mask => RleCodec.Area(mask) > 0);
        Assert.Equal(3, whole.Turns.Count);

        await using (var session = await ObjectSession.OpenAsync(samples.Clip, model, _folder.File("broken"), Options, Stop))
            await session.AskAsync("What does [1] do?", [Bar], cancellationToken: Stop);
        await using (var session = await ObjectSession.OpenAsync(samples.Clip, model, _folder.File("broken"), new ObjectSessionOptions(), Stop))
        {
            var between = await session.MemoryAsync(Stop);
            Assert.Equal(whole.Clip.Frames, between.Clip!.Frames);
            Assert.Equal(whole.Objects[1], between.Objects[1]);
            await session.AskAsync(Second, [Clock], cancellationToken: Stop);
            Assert.True(await session.ForgetAsync(2, Stop));
            Assert.False(await session.ForgetAsync(2, Stop));
            await session.AskAsync("What is next to [1]? (A) a cup (B) [2]", answerStart: "The best option is (", cancellationToken: Stop);
            var after = await session.MemoryAsync(Stop);
            Assert.Equal(whole.Turns.Take(2), after.Turns.Take(2));
            Assert.Equal([1], after.Objects.Keys);
        }
    }

    [Fact]
    public async Task An_answer_comes_in_pieces_and_a_question_that_is_stopped_is_not_recorded()
    {
        await using var model = new ModelHost(samples.TinyUniPixel, "cpu");
        await using var session = await ObjectSession.OpenAsync(samples.Clip, model, _folder.File("pieces"), Options, Stop);
        var said = "";
        Assert.Equal((await session.AskAsync("What does [1] do?", [Bar], "It is", piece => said += piece, Stop)).Answer, said);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.AskAsync("And [2]?", [Clock], cancellationToken: enough.Token));
        var memory = await session.MemoryAsync(Stop);
        Assert.Equal((1, 1), (memory.Turns.Count, memory.Objects.Count));
        Assert.NotEmpty((await session.AskAsync("And [2]?", [Clock], cancellationToken: Stop)).Answer);
    }

    [Fact]
    public async Task Of_a_picture_objects_are_found_too()
    {
        var pictures = await samples.PicturesAsync(_folder.File("pictures"));
        await using var model = new ModelHost(samples.TinyUniPixel, "cpu");
        await using var session = await ObjectSession.OpenAsync(Path.Combine(pictures, "00007.png"), model, _folder.File("still"), cancellationToken: Stop);
        Assert.True(session.Source.IsStill);
        await session.AskAsync("What is [0]?", [new PointedAt(0, 0, [5, 5, 40, 30])], cancellationToken: Stop);
        Assert.Single(Assert.Single((await session.MemoryAsync(Stop)).Objects).Value);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_and_the_session_goes_on()
    {
        await using var model = new ModelHost(samples.TinyUniPixel, "cpu");
        await using (var session = await ObjectSession.OpenAsync(samples.Clip, model, _folder.File("one"), Options, Stop))
        {
            await Refused("frame 41, which the model does not see. It sees 0, 18, 40", () => session.AskAsync("[1]?", [Bar with { Frame = 41 }], cancellationToken: Stop));
            Assert.Contains("frame 41", Assert.Throws<RunException>(() => session.Check(Bar with { Frame = 41 })).Message, StringComparison.Ordinal);
            session.Check(Bar);
            await Refused("outside the video of 64 x 48", () => session.AskAsync("[1]?", [Bar with { Coordinates = [65, 3] }], cancellationToken: Stop));
            await Refused("question is empty", () => session.AskAsync(" ", cancellationToken: Stop));
            Assert.Empty((await session.MemoryAsync(Stop)).Objects);
            Assert.NotEmpty((await session.AskAsync("What happens?", cancellationToken: Stop)).Answer);
        }

        await Refused("another folder", () => ObjectSession.OpenAsync(samples.ClipOf(20), model, _folder.File("one"), cancellationToken: Stop));
        await Refused("Keep", () => ObjectSession.OpenAsync(samples.Clip, model, _folder.File("two"), new ObjectSessionOptions { Keep = [90] }, Stop));
        await Refused("Frames is 65", () => ObjectSession.OpenAsync(samples.Clip, model, _folder.File("two"), new ObjectSessionOptions { Frames = 65 }, Stop));
        await using var other = new ModelHost(samples.Tiny, "cpu");
        await using var without = await ObjectSession.OpenAsync(samples.Clip, other, _folder.File("three"), Options, Stop);
        await Refused("UniPixel", () => without.AskAsync("[1]?", [Bar], cancellationToken: Stop));
    }

    private static async Task Refused(string says, Func<Task> ask)
        => Assert.Contains(says, (await Assert.ThrowsAsync<RunException>(ask)).Message, StringComparison.Ordinal);
}
