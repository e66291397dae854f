using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Sa2VA.Cluster.Gateway.Security;

namespace Sa2VA.Cluster.Gateway.Tests;

[Collection(GatewayCollection.Name)]
public sealed class JobTests(GatewayFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_is_submitted_worked_on_and_looked_at()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var job = await fixture.CompletedJobAsync(caller, videos: 3, Stop);
        var body = await caller.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}", Stop);
        Assert.Equal(("nano", "a title", "normal", 3), (Text(body, "model"), Text(body, "title"), Text(body, "priority"), body.GetProperty("videos").GetInt32()));

        var videos = await caller.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}/videos?limit=2", Stop);
        Assert.Equal(["clip-0.mp4", "clip-1.mp4"], videos.GetProperty("items").EnumerateArray().Select(video => Text(video, "source")));
        var rest = await caller.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}/videos?limit=2&after={Text(videos, "next")}&state=completed", Stop);
        Assert.Equal(["clip-2.mp4"], rest.GetProperty("items").EnumerateArray().Select(video => Text(video, "source")));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);

        var listed = await caller.GetFromJsonAsync<JsonElement>("/api/v1/jobs?limit=500", Stop);
        Assert.Contains(job, listed.GetProperty("items").EnumerateArray().Select(one => Text(one, "jobId")));
    }

    [Fact]
    public async Task Asking_again_and_verified_presence_are_settings_of_a_job()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        object Job(string reground, int? verifyAsks, bool? verifyWords = null) => new { model = "nano", reground, verifyAsks, verifyWords, videos = new[] { new { video = "clip-0.mp4", expressions = new[] { "the dog" } } } };
        var (status, job) = await PostAsync(caller, "asked-again", Job("256, doubt", 3, verifyWords: false));
        Assert.Equal(HttpStatusCode.Created, status);
        var body = await caller.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}", Stop);
        Assert.Equal(("256,doubt", 3, false), (Text(body, "reground"), body.GetProperty("verifyAsks").GetInt32(), body.GetProperty("verifyWords").GetBoolean()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(caller, "asked-in-words-only", Job("cut", verifyAsks: null, verifyWords: true))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(caller, "asked-wrongly", Job("often", 3))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(caller, "asked-too-often", Job("cut", 17))).Status);
    }

    [Fact]
    public async Task A_job_asks_its_questions_about_every_video()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var (status, job) = await PostAsync(caller, "asked-all", new
        {
            model = "nano", questions = new[] { "What happens?" }, caption = true, videos = new object[] { new { video = "a.mp4", questions = new[] { "Who wins?" } }, new { video = "b.mp4", caption = true } },
        });
        Assert.Equal(HttpStatusCode.Created, status);
        await GatewayFixture.UntilCompletedAsync(caller, job!, videos: 2, Stop);
        Assert.Equal(["Who wins?", "What happens?"], await QuestionsAsync($"{job}-1"));
        Assert.Equal(["What happens?"], await QuestionsAsync($"{job}-2"));

        using var lines = new StringContent("{\"video\":\"c.mp4\"}\n", Encoding.UTF8, "application/x-ndjson");
        var streamed = await caller.PostAsync("/api/v1/jobs/manifest?model=nano&questions=What%20happens%3F&questions=Why%3F&caption=false", lines, Stop);
        Assert.Equal(HttpStatusCode.Created, streamed.StatusCode);
        var other = Text(await streamed.Content.ReadFromJsonAsync<JsonElement>(Stop), "jobId");
        await GatewayFixture.UntilCompletedAsync(caller, other, videos: 1, Stop);
        Assert.Equal(["What happens?", "Why?"], await QuestionsAsync($"{other}-1"));

        async Task<IEnumerable<string?>> QuestionsAsync(string video) =>
            [.. (await caller.GetFromJsonAsync<JsonElement>($"/api/v1/videos/{video}/objects", Stop)).GetProperty("questions").EnumerateArray().Select(said => said.GetProperty("question").GetString())];
    }

    [Fact]
    public async Task The_same_request_again_is_the_same_job()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        using var other = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var first = await PostAsync(caller, "once", GatewayFixture.Job(2));
        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.Equal((HttpStatusCode.OK, first.Job), await PostAsync(caller, "once", GatewayFixture.Job(2)));
        // Another caller's key of the same name is another one.
        var theirs = await PostAsync(other, "once", GatewayFixture.Job(2));
        Assert.Equal(HttpStatusCode.Created, theirs.Status);
        Assert.NotEqual(first.Job, theirs.Job);
        // Another job under the same key is refused.
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(caller, "once", GatewayFixture.Job(3))).Status);
    }

    [Fact]
    public async Task A_manifest_is_streamed()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var lines = string.Concat(Enumerable.Range(0, 1000).Select(i => $"{{\"video\":\"v{i}.mp4\",\"expressions\":[\"the dog\"]}}\n"));
        using var body = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
        var response = await caller.PostAsync("/api/v1/jobs/manifest?model=nano&priority=low&title=many", body, Stop);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var accepted = await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(1000, accepted.GetProperty("videos").GetInt64());
        Assert.Equal($"/api/v1/jobs/{Text(accepted, "jobId")}", response.Headers.Location!.OriginalString);
        var cancelled = await caller.PostAsync($"/api/v1/jobs/{Text(accepted, "jobId")}/cancel", content: null, Stop);
        Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);
    }

    [Fact]
    public async Task A_wrong_line_refuses_the_job_and_is_named()
    {
        using var caller = await fixture.CallerAsync(Scope.Submit);
        using var body = new StringContent("{\"video\":\"a.mp4\",\"expressions\":[\"the dog\"]}\n{\"video\":\"b.mp4\",\"expresions\":[\"the dog\"]}\n", Encoding.UTF8, "application/x-ndjson");
        var problem = await ProblemAsync(await caller.PostAsync("/api/v1/jobs/manifest?model=nano", body, Stop), HttpStatusCode.UnprocessableEntity);
        Assert.Equal(2, problem.GetProperty("line").GetInt32());
        Assert.Contains("expresions", Text(problem, "detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"model\":\"nano\"}", 400, "videos")]
    [InlineData("{\"model\":\"other\",\"videos\":[{\"video\":\"a.mp4\",\"expressions\":[\"x\"]}]}", 422, "this cluster knows nano")]
    [InlineData("{\"model\":\"nano\",\"videos\":[]}", 422, "no video")]
    [InlineData("{\"model\":\"nano\",\"videos\":[{\"video\":\"../../etc/passwd\",\"expressions\":[\"x\"]}]}", 422, "video")]
    [InlineData("{\"model\":\"nano\",\"videos\":[{\"video\":\"http://user:secret@host/a.mp4\",\"expressions\":[\"x\"]}]}", 422, "video")]
    [InlineData("{\"model\":\"nano\",\"keyFrames\":0,\"videos\":[{\"video\":\"a.mp4\",\"expressions\":[\"x\"]}]}", 422, "")]
    [InlineData("{\"model\":\"nano\",\"questions\":[\"x\",\" \"],\"videos\":[{\"video\":\"a.mp4\"}]}", 422, "questions[1] is empty")]
    [InlineData("{\"model\":\"nano\",\"questions\":\"x\",\"videos\":[{\"video\":\"a.mp4\"}]}", 400, "questions")]
    [InlineData("{\"model\":\"nano\",\"caption\":3,\"videos\":[{\"video\":\"a.mp4\"}]}", 400, "caption")]
    [InlineData("{\"model\":\"nano\",\"videos\":[{\"video\":\"a.mp4\",\"caption\":3}]}", 422, "caption\" is the number 3")]
    [InlineData("{\"model\":\"nano\",\"priority\":\"soon\",\"videos\":[]}", 400, "priority")]
    [InlineData("{\"model\":\"nano\",\"unknown\":1,\"videos\":[]}", 400, "unknown")]
    [InlineData("not json", 400, "")]
    public async Task A_wrong_job_is_refused_with_a_reason(string json, int status, string why)
    {
        using var caller = await fixture.CallerAsync(Scope.Submit);
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        var problem = await ProblemAsync(await caller.PostAsync("/api/v1/jobs", body, Stop), (HttpStatusCode)status);
        Assert.Contains(why, Text(problem, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_is_held_released_and_cancelled()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var job = await GatewayFixture.SubmitAsync(caller, videos: 40, Stop);
        Assert.Equal(HttpStatusCode.NoContent, (await caller.PostAsync($"/api/v1/jobs/{job}/hold", content: null, Stop)).StatusCode);
        Assert.True((await caller.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}", Stop)).GetProperty("isHeld").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, (await caller.PostAsync($"/api/v1/jobs/{job}/release", content: null, Stop)).StatusCode);
        Assert.False((await caller.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}", Stop)).GetProperty("isHeld").GetBoolean());
        var cancelled = await caller.PostAsJsonAsync($"/api/v1/jobs/{job}/cancel", new { reason = "no longer wanted" }, Stop);
        Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);
        var videos = await caller.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}/videos?state=cancelled", Stop);
        Assert.All(videos.GetProperty("items").EnumerateArray(), video => Assert.Equal("no longer wanted", Text(video, "error")));
    }

    [Fact]
    public async Task Jobs_are_picked_by_state_and_name()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var title = $"Nuits d'été & {Guid.NewGuid():N}";
        var response = await caller.PostAsJsonAsync("/api/v1/jobs", new { model = "nano", title, videos = new[] { new { video = "a.mp4", expressions = new[] { "the dog" } } } }, Stop);
        var job = Text(await response.Content.ReadFromJsonAsync<JsonElement>(Stop), "jobId");
        await GatewayFixture.UntilCompletedAsync(caller, job, videos: 1, Stop);
        Assert.Equal([job], await FoundAsync($"name={Uri.EscapeDataString(title.ToUpperInvariant())}"));
        Assert.Equal([job], await FoundAsync($"state=done&name={Uri.EscapeDataString(title)}"));
        Assert.Empty(await FoundAsync($"state=active&name={Uri.EscapeDataString(title)}"));
        Assert.Empty(await FoundAsync($"state=FAILED&name={job}"));
        Assert.Equal([job], await FoundAsync($"name={job}&limit=1"));
        Assert.Contains("state", Text(await ProblemAsync(await caller.GetAsync("/api/v1/jobs?state=soon", Stop), HttpStatusCode.BadRequest), "detail"), StringComparison.Ordinal);
        await ProblemAsync(await caller.GetAsync($"/api/v1/jobs?name={new string('x', 201)}", Stop), HttpStatusCode.BadRequest);

        async Task<List<string>> FoundAsync(string query) =>
            [.. (await caller.GetFromJsonAsync<JsonElement>($"/api/v1/jobs?{query}", Stop)).GetProperty("items").EnumerateArray().Select(one => Text(one, "jobId"))];
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit, Scope.Operate);
        foreach (var path in (string[])["jobs/x", "jobs/x/videos", "jobs/x/events", "videos/x", "videos/x/objects", "videos/x/masks", "videos/x/frames/0/masks", "videos/x/frames/0/mask.png", "nothing"])
            await ProblemAsync(await caller.GetAsync($"/api/v1/{path}", Stop), HttpStatusCode.NotFound);
        foreach (var path in (string[])["jobs/x/cancel", "jobs/x/hold", "jobs/x/release", "jobs/x/retry", "videos/x/cancel", "videos/x/hold", "videos/x/release", "videos/x/retry"])
            await ProblemAsync(await caller.PostAsync($"/api/v1/{path}", content: null, Stop), HttpStatusCode.NotFound);
        await ProblemAsync(await caller.DeleteAsync("/api/v1/dead/x", Stop), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var job = await fixture.CompletedJobAsync(caller, videos: 1, Stop);
        var first = await caller.GetAsync($"/api/v1/jobs/{job}", Stop);
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/jobs/{job}") { Headers = { IfNoneMatch = { EntityTagHeaderValue.Parse(first.Headers.ETag!.ToString()) } } };
        var second = await caller.SendAsync(again, Stop);
        Assert.Equal((HttpStatusCode.NotModified, 0), (second.StatusCode, (await second.Content.ReadAsByteArrayAsync(Stop)).Length));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        using var caller = await fixture.CallerAsync(Scope.Submit);
        using var body = new StringContent($"{{\"model\":\"nano\",\"title\":\"{new string('x', 9 << 20)}\",\"videos\":[]}}", Encoding.UTF8, "application/json");
        // Asked first, so that the answer is read before nine megabytes are sent to nobody.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/jobs") { Content = body, Headers = { ExpectContinue = true } };
        await ProblemAsync(await caller.SendAsync(request, Stop), HttpStatusCode.RequestEntityTooLarge);
    }

    internal static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync(Stop);
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        return problem;
    }

    internal static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static async Task<(HttpStatusCode Status, string? Job)> PostAsync(HttpClient caller, string key, object job)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/jobs") { Content = JsonContent.Create(job), Headers = { { "Idempotency-Key", key } } };
        var response = await caller.SendAsync(request, Stop);
        return (response.StatusCode, response.IsSuccessStatusCode ? Text(await response.Content.ReadFromJsonAsync<JsonElement>(Stop), "jobId") : null);
    }
}
