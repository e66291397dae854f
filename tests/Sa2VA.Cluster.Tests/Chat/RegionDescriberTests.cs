using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Media.Masks;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Tests.Chat;

public sealed class RegionDescriberTests(RunSamples samples)
{
    private static readonly AskOptions Short = new() { MaxNewTokens = 6 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_key_frame_is_asked_about_the_regions_that_are_to_be_seen_there()
    {
        await using var host = new ModelHost(samples.TinyMute, "cpu");
        var whole = new byte[48 * 64];
        whole.AsSpan().Fill(1);
        FollowedObject[] regions =
        [
            // A mask that says "not there" on the first frame, and one that is the whole picture.
            Shown(1, new VisualPrompt.Mask(0, RleCodec.Encode(new byte[48 * 64], 48, 64))),
            Shown(2, new VisualPrompt.Mask(0, RleCodec.Encode(whole, 48, 64))),
        ];
        string[] questions = ["What is region2?", "Is region1 left of region2?"];
        var describer = await RegionDescriber.OpenAsync(host, samples.ClipOf(1), regions, questions, keyFrames: 3, Stop);
        await FollowAsync(describer);
        var answers = await AnswersAsync(describer, questions);
        Assert.Equal(["What is region2?"], answers.Select(answer => answer.Question));
        Assert.Equal([2], answers[0].Regions);

        // The same as asked of the model itself about the only region to be seen, which is the first for it.
        await using var session = await ChatSession.OpenAsync(host, new ChatRequest { Source = samples.ClipOf(1), Frame = 0, Regions = [whole] }, Stop);
        Assert.Equal((await session.AskAsync("What is region1?", Short, cancellationToken: Stop)).TokenIds, answers[0].Answer.TokenIds);

        // Without questions each region to be seen is described.
        Assert.Equal(["Please give me a short description of the region in the picture marked by region2."], (await AnswersAsync(describer, [])).Select(answer => answer.Question));
    }

    [Fact]
    public async Task In_a_video_what_is_shown_is_tracked_first()
    {
        await using var host = new ModelHost(samples.TinyMute, "cpu");
        var describer = await RegionDescriber.OpenAsync(host, samples.ClipOf(6), [Shown(1, new VisualPrompt.Box(2, 5, 5, 50, 40))], [], keyFrames: 2, Stop);
        var seen = await FollowAsync(describer);
        Assert.Equal(6, seen.Count);
        var answers = await AnswersAsync(describer, []);
        Assert.Equal(((int[])[0, 5]).Where(frame => seen[frame]), answers.Select(answer => answer.Frame));
    }

    [Fact]
    public async Task Models_that_were_not_trained_for_it_and_questions_about_nothing_are_refused()
    {
        await using var qwen = new ModelHost(samples.TinyQwen, "cpu");
        FollowedObject[] regions = [Shown(1, new VisualPrompt.Box(0, 5, 5, 50, 40))];
        Task<RegionDescriber> Open(ModelHost host, params string[] questions) => RegionDescriber.OpenAsync(host, samples.ClipOf(6), regions, questions, keyFrames: 2, Stop);
        var untrained = await Assert.ThrowsAsync<RunException>(() => Open(qwen));
        Assert.Equal(RunFailureKind.Model, untrained.Kind);
        Assert.Contains("Qwen-VL", untrained.Message, StringComparison.Ordinal);
        await using var uniPixel = new ModelHost(samples.TinyUniPixel, "cpu");
        Assert.Contains("sa2va ask", (await Assert.ThrowsAsync<RunException>(() => Open(uniPixel))).Message, StringComparison.Ordinal);
        await using var plain = new ModelHost(samples.Sam2Only, "cpu");
        Assert.Equal(RunFailureKind.Model, (await Assert.ThrowsAsync<RunException>(() => Open(plain))).Kind);
        Assert.Contains("region7", (await Assert.ThrowsAsync<RunException>(() => Open(plain, "What is region7?"))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RunException>(() => Open(plain, " "));
    }

    [Theory]
    [InlineData("Is region2 on Region3?", "2 3", "Is region1 on Region2?")]
    [InlineData("Is region2 on region3?", "3", null)]
    [InlineData("What is here? A subregion4 or region3x?", "1", "What is here? A subregion4 or region3x?")]
    [InlineData("region3, region3 and region10", "3 7 10", "region1, region1 and region3")]
    public void Numbers_are_put_anew_for_what_is_to_be_seen(string question, string visible, string? asked)
    {
        var on = RegionQuestions.On([question], [.. visible.Split(' ').Select(int.Parse)]);
        Assert.Equal(asked is null ? [] : [(question, asked)], on);
    }

    private static FollowedObject Shown(int id, VisualPrompt prompt) => new(id, $"thing {id}") { Shown = [prompt] };

    /// <summary>For each frame whether the first region is to be seen.</summary>
    private static async Task<List<bool>> FollowAsync(RegionDescriber describer)
    {
        var seen = new List<bool>();
        await foreach (var frame in describer.FollowAsync(Stop))
        {
            using (frame) seen.Add(frame.Masks[0].Pixels.Contains((byte)1));
        }

        return seen;
    }

    private static async Task<List<RegionAnswer>> AnswersAsync(RegionDescriber describer, IReadOnlyList<string> questions)
    {
        var answers = new List<RegionAnswer>();
        await foreach (var answer in describer.AskAsync(questions, Short, Stop)) answers.Add(answer);
        return answers;
    }
}
