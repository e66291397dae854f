using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Sa2VA.Cluster.Gateway.Security;

namespace Sa2VA.Cluster.Gateway.Tests;

/// <summary>Prompts for videos that are over or running; the model is pretended, the servers are not.</summary>
[Collection(GatewayCollection.Name)]
public sealed class PromptTests(GatewayFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_finished_video_is_shown_another_object()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var (job, video) = await FinishedAsync(caller);
        var added = await AddAsync(caller, video, new { frame = 12, points = new[] { new[] { 10, 10 }, new[] { 20, 20, 0 } }, label = "the ball" });
        Assert.Equal((1, 2, JsonValueKind.Null), (added.GetProperty("number").GetInt32(), added.GetProperty("target").GetInt32(), added.GetProperty("object").ValueKind));
        await GatewayFixture.UntilCompletedAsync(caller, job, videos: 1, Stop);
        var found = await caller.GetFromJsonAsync<JsonElement>($"/api/v1/videos/{video}/objects", Stop);
        Assert.Equal([("the dog", 0), ("the cat", 1), ("the ball", 2)], found.GetProperty("objects").EnumerateArray().Select(one => (JobTests.Text(one, "label"), one.GetProperty("target").GetInt32())));
        Assert.True(found.GetProperty("isComplete").GetBoolean());
        Assert.Equal(3, (await FrameAsync(caller, video, 70)).GetProperty("masks").GetArrayLength());

        await AddAsync(caller, video, new { text = "the man who throws" });
        await GatewayFixture.UntilCompletedAsync(caller, job, videos: 1, Stop);
        var listed = await caller.GetFromJsonAsync<JsonElement>($"/api/v1/videos/{video}/prompts", Stop);
        Assert.Equal([("the ball", true), ("the man who throws", true)], listed.EnumerateArray().Select(one => (JobTests.Text(one, "label"), one.GetProperty("isDone").GetBoolean())));
    }

    [Fact]
    public async Task A_correction_changes_the_masks_from_its_frame_on()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var (job, video) = await FinishedAsync(caller);
        var before = await Task.WhenAll(FrameAsync(caller, video, 69), FrameAsync(caller, video, 70));
        var added = await AddAsync(caller, video, new { @object = 2, frame = 70, box = new[] { 1, 1, 30, 20 } });
        Assert.Equal((2, JsonValueKind.Null), (added.GetProperty("object").GetInt32(), added.GetProperty("target").ValueKind));
        await GatewayFixture.UntilCompletedAsync(caller, job, videos: 1, Stop);
        var after = await Task.WhenAll(FrameAsync(caller, video, 69), FrameAsync(caller, video, 70));
        Assert.Equal(Counts(before[0], 1), Counts(after[0], 1));
        Assert.Equal(Counts(before[1], 0), Counts(after[1], 0));
        Assert.NotEqual(Counts(before[1], 1), Counts(after[1], 1));
    }

    [Fact]
    public async Task A_video_that_waits_or_runs_is_asked_for_more()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var job = await GatewayFixture.SubmitAsync(caller, videos: 8, Stop);
        var videos = Enumerable.Range(1, 8).Select(number => $"{job}-{number}").ToList();
        foreach (var video in videos) await AddAsync(caller, video, new { text = "the bird" });
        await GatewayFixture.UntilCompletedAsync(caller, job, videos: 8, Stop);
        foreach (var video in videos)
            Assert.Equal(3, (await caller.GetFromJsonAsync<JsonElement>($"/api/v1/videos/{video}/objects", Stop)).GetProperty("objects").GetArrayLength());
    }

    [Fact]
    public async Task The_same_request_again_is_the_same_prompt()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var (_, video) = await FinishedAsync(caller);
        var first = await AddAsync(caller, video, new { frame = 3, box = new[] { 1, 1, 30, 20 } }, key: "once");
        var again = await AddAsync(caller, video, new { frame = 3, box = new[] { 1, 1, 30, 20 } }, key: "once");
        Assert.Equal(JobTests.Text(first, "promptId"), JobTests.Text(again, "promptId"));
        using var other = Request(video, new { frame = 4, box = new[] { 1, 1, 30, 20 } }, "once");
        await JobTests.ProblemAsync(await caller.SendAsync(other, Stop), HttpStatusCode.UnprocessableEntity);
        Assert.Equal(1, (await caller.GetFromJsonAsync<JsonElement>($"/api/v1/videos/{video}/prompts", Stop)).GetArrayLength());
    }

    [Theory]
    [InlineData("""{"frame": 3}""", 422, "points")]
    [InlineData("""{"points": [[1, 2]]}""", 422, "frame")]
    [InlineData("""{"frame": 100, "points": [[1, 2]]}""", 422, "frame 100")]
    [InlineData("""{"frame": 3, "points": [[1000, 2]]}""", 422, "outside")]
    [InlineData("""{"frame": 3, "points": [[1, 2, 7]]}""", 422, "points[0][2]")]
    [InlineData("""{"frame": 3, "box": [9, 9, 1, 1]}""", 422, "box")]
    [InlineData("""{"frame": 3, "mask": {"size": [4, 4], "counts": [0, 16]}}""", 422, "4 x 4")]
    [InlineData("""{"frame": 3, "object": 9, "points": [[1, 2]]}""", 422, "objects 1 to 2")]
    [InlineData("""{"text": "x", "frame": 3}""", 422, "frame")]
    [InlineData("""{"frame": 3, "point": [[1, 2]]}""", 422, "Did you mean")]
    [InlineData("[]", 422, "list")]
    [InlineData("{", 400, "JSON")]
    public async Task A_wrong_prompt_is_refused_with_a_reason(string json, int status, string why)
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var (_, video) = await FinishedAsync(caller);
        using var body = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        var problem = await JobTests.ProblemAsync(await caller.PostAsync($"/api/v1/videos/{video}/prompts", body, Stop), (HttpStatusCode)status);
        Assert.Contains(why, JobTests.Text(problem, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_video_takes_none()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var job = await GatewayFixture.SubmitAsync(caller, videos: 1, Stop);
        await caller.PostAsync($"/api/v1/jobs/{job}/cancel", content: null, Stop);
        using var request = Request($"{job}-1", new { text = "the bird" }, key: null);
        // It may have been completed before it was cancelled.
        if (JobTests.Text(await caller.GetFromJsonAsync<JsonElement>($"/api/v1/videos/{job}-1", Stop), "state") == "cancelled")
            await JobTests.ProblemAsync(await caller.SendAsync(request, Stop), HttpStatusCode.Conflict);
        await JobTests.ProblemAsync(await caller.PostAsJsonAsync("/api/v1/videos/x/prompts", new { text = "the bird" }, Stop), HttpStatusCode.NotFound);
    }

    private async Task<(string Job, string Video)> FinishedAsync(HttpClient caller)
    {
        var job = await fixture.CompletedJobAsync(caller, videos: 1, Stop);
        return (job, $"{job}-1");
    }

    private static async Task<JsonElement> AddAsync(HttpClient caller, string video, object prompt, string? key = null)
    {
        using var request = Request(video, prompt, key);
        var response = await caller.SendAsync(request, Stop);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync(Stop));
        return await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    private static HttpRequestMessage Request(string video, object prompt, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/videos/{video}/prompts") { Content = JsonContent.Create(prompt) };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return request;
    }

    private static Task<JsonElement> FrameAsync(HttpClient caller, string video, int frame) => caller.GetFromJsonAsync<JsonElement>($"/api/v1/videos/{video}/frames/{frame}/masks", Stop);

    private static string Counts(JsonElement frame, int place) => JobTests.Text(frame.GetProperty("masks")[place].GetProperty("segmentation"), "counts");
}
