using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Sa2VA.Cluster.Client;
using Sa2VA.Cluster.Gateway.Security;

namespace Sa2VA.Cluster.Gateway.Tests;

/// <summary>Conversations over HTTP, with the small model that ships; nothing is pretended.</summary>
[Collection(GatewayCollection.Name)]
public sealed class ConversationTests(GatewayFixture fixture)
{
    private const string Api = "/api/v1/conversations";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_is_answered_while_it_is_said_and_kept()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var id = await BeginAsync(caller, new { model = "nano", source = fixture.Clip(), keyFrames = 2, maxNewTokens = 24, title = "a clip" });
        var told = new List<Told>();
        await foreach (var one in AskAsync(caller, id, new { question = "What is it?" })) told.Add(one);
        Assert.Equal("answer-began", told[0].Type);
        Assert.False(told[0].Data.GetProperty("restarted").GetBoolean());
        var over = told[^1];
        Assert.Equal(("turn-over", 1, "answered"), (over.Type, over.Data.GetProperty("turn").GetInt32(), JobTests.Text(over.Data, "state")));
        Assert.Equal(JobTests.Text(over.Data, "answer"), string.Concat(told.Where(one => one.Type == "text").Select(one => JobTests.Text(one.Data, "text"))).Trim());

        var known = await caller.GetFromJsonAsync<JsonElement>($"{Api}/{id}", Stop);
        Assert.Equal(("a clip", 1), (JobTests.Text(known, "title"), known.GetProperty("turns").GetArrayLength()));
        Assert.True(JsonElement.DeepEquals(over.Data, await caller.GetFromJsonAsync<JsonElement>($"{Api}/{id}/turns/1", Stop)));
        // A listener that comes late hears all that is kept, and always the end.
        var late = new List<Told>();
        await foreach (var one in ListenAsync(caller, $"{Api}/{id}/turns/1/events", after: null)) late.Add(one);
        Assert.Equal(told.Select(one => one.Type), late.Select(one => one.Type));
        var missed = new List<Told>();
        await foreach (var one in ListenAsync(caller, $"{Api}/{id}/turns/1/events", told[^1].Id)) missed.Add(one);
        Assert.True(JsonElement.DeepEquals(over.Data, Assert.Single(missed).Data));
    }

    [Fact]
    public async Task Something_to_segment_is_named_and_the_next_turn_follows_the_first()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var id = await BeginAsync(caller, new { model = "nano", source = fixture.Clip(), keyFrames = 2, maxNewTokens = 24 });
        using var response = await caller.PostAsJsonAsync($"{Api}/{id}/turns", new { question = "the red square", asksForMask = true }, Stop);
        Assert.Equal((HttpStatusCode.Accepted, $"{Api}/{id}/turns/1"), (response.StatusCode, response.Headers.Location?.ToString()));
        var accepted = await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
        var after = JobTests.Text(accepted, "after");
        Told? over = null;
        await foreach (var one in ListenAsync(caller, $"{Api}/{id}/turns/1/events", after)) over = one;
        var text = JobTests.Text(over!.Data, "answer");
        Assert.Equal(text.Split("[SEG]").Length - 1, over.Data.GetProperty("objects").GetArrayLength());

        await foreach (var one in AskAsync(caller, id, new { question = "What is it?" })) over = one;
        Assert.Equal(2, over.Data.GetProperty("turn").GetInt32());
        // All of it, from the beginning.
        var types = new List<string>();
        await foreach (var one in ListenAsync(caller, $"{Api}/{id}/events", after: null))
        {
            types.Add(one.Type);
            if (types.Count(type => type == "turn-over") == 2) break;
        }

        Assert.Equal(["question-sent", "answer-began"], types.Take(2));
    }

    [Fact]
    public async Task An_answer_is_stopped_and_a_conversation_is_forgotten()
    {
        using var caller = await fixture.EndlessCallerAsync(Scope.Read, Scope.Submit);
        var id = await BeginAsync(caller, new { model = GatewayFixture.Endless, maxNewTokens = 8000 });
        Told? last = null;
        await foreach (var one in AskAsync(caller, id, new { question = "Tell me everything" }))
        {
            if (one.Type == "text" && last?.Type != "text") await caller.PostAsync($"{Api}/{id}/turns/1/stop", content: null, Stop);
            last = one;
        }

        Assert.Equal(("stopped", false), (JobTests.Text(last!.Data, "state"), last.Data.GetProperty("complete").GetBoolean()));
        Assert.InRange(last.Data.GetProperty("tokens").GetInt32(), 1, 7999);
        using var again = await caller.PostAsync($"{Api}/{id}/turns/1/stop", content: null, Stop);
        Assert.Equal("stopped", JobTests.Text(await again.Content.ReadFromJsonAsync<JsonElement>(Stop), "state"));

        Assert.Equal(HttpStatusCode.NoContent, (await caller.DeleteAsync($"{Api}/{id}", Stop)).StatusCode);
        await JobTests.ProblemAsync(await caller.GetAsync($"{Api}/{id}", Stop), HttpStatusCode.NotFound);
        await JobTests.ProblemAsync(await caller.DeleteAsync($"{Api}/{id}", Stop), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_is_sent_again_is_done_once()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var about = new { model = "nano", maxNewTokens = 8 };
        using var first = await SendAsync(caller, Api, about, "once");
        using var again = await SendAsync(caller, Api, about, "once");
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, again.StatusCode));
        var id = JobTests.Text(await first.Content.ReadFromJsonAsync<JsonElement>(Stop), "conversationId");
        Assert.Equal(id, JobTests.Text(await again.Content.ReadFromJsonAsync<JsonElement>(Stop), "conversationId"));
        await JobTests.ProblemAsync(await SendAsync(caller, Api, new { model = "nano" }, "once"), HttpStatusCode.UnprocessableEntity);

        for (var i = 0; i < 2; i++)
        {
            using var asked = await SendAsync(caller, $"{Api}/{id}/turns", new { question = "What is it?" }, "once");
            Assert.Equal(1, (await asked.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("turn").GetProperty("turn").GetInt32());
        }

        await JobTests.ProblemAsync(await SendAsync(caller, $"{Api}/{id}/turns", new { question = "What else?" }, "once"), HttpStatusCode.UnprocessableEntity);
        Assert.Equal(1, (await caller.GetFromJsonAsync<JsonElement>($"{Api}/{id}", Stop)).GetProperty("turns").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"model": "other"}""", 422, "knows nano")]
    [InlineData("""{"model": "nano", "keyFrames": 65}""", 422, "KeyFrames")]
    [InlineData("""{"model": "nano", "temperature": -1}""", 422, "temperature")]
    [InlineData("""{"model": "nano", "topP": 0}""", 422, "topP")]
    [InlineData("""{"model": "nano", "source": "../secret.mp4"}""", 422, "..")]
    [InlineData("""{"model": "nano", "frame": 3}""", 422, "frame")]
    [InlineData("""{"model": "nano", "maxNewTokens": 0}""", 422, "MaxNewTokens")]
    [InlineData("""{"model": "nano", "video": "a.mp4"}""", 400, "video")]
    [InlineData("{}", 400, "model")]
    public async Task A_conversation_that_cannot_be_had_is_refused_with_a_reason(string json, int status, string why)
    {
        using var caller = await fixture.CallerAsync(Scope.Submit);
        using var body = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        var problem = await JobTests.ProblemAsync(await caller.PostAsync(Api, body, Stop), (HttpStatusCode)status);
        Assert.Contains(why, JobTests.Text(problem, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_that_cannot_be_asked_is_refused_with_a_reason()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var id = await BeginAsync(caller, new { model = "nano" });
        foreach (var (question, mask, why) in new[] { (" ", false, "empty"), (new string('x', 9000), false, "9000 characters"), ("the dog", true, "nothing to see") })
        {
            var problem = await JobTests.ProblemAsync(await caller.PostAsJsonAsync($"{Api}/{id}/turns", new { question, asksForMask = mask }, Stop), HttpStatusCode.UnprocessableEntity);
            Assert.Contains(why, JobTests.Text(problem, "detail"), StringComparison.Ordinal);
        }

        await JobTests.ProblemAsync(await caller.PostAsJsonAsync($"{Api}/nothing/turns", new { question = "What is it?" }, Stop), HttpStatusCode.NotFound);
        await JobTests.ProblemAsync(await caller.GetAsync($"{Api}/{id}/turns/7", Stop), HttpStatusCode.NotFound);
        await JobTests.ProblemAsync(await caller.GetAsync($"{Api}/{id}/turns/7/events", Stop), HttpStatusCode.NotFound);
        await JobTests.ProblemAsync(await caller.PostAsync($"{Api}/{id}/turns/7/stop", content: null, Stop), HttpStatusCode.NotFound);
        using var odd = new HttpRequestMessage(HttpMethod.Get, $"{Api}/{id}/events") { Headers = { { "Last-Event-ID", "yesterday" } } };
        await JobTests.ProblemAsync(await caller.SendAsync(odd, Stop), HttpStatusCode.BadRequest);
        using var reader = await fixture.CallerAsync(Scope.Read);
        await JobTests.ProblemAsync(await reader.PostAsJsonAsync($"{Api}/{id}/turns", new { question = "What is it?" }, Stop), HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_client_talks_stops_lists_and_forgets()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        using var client = new Sa2vaClient(caller.BaseAddress!, caller.DefaultRequestHeaders.Authorization!.Parameter!);
        var begun = await client.BeginConversationAsync(new NewConversation("nano") { Source = fixture.Clip(), KeyFrames = 2, MaxNewTokens = 24 }, Stop);
        var (said, over) = ("", (ConversationTurn?)null);
        await foreach (var heard in client.AskAsync(begun.ConversationId, "What is it?", stop: Stop))
        {
            if (heard is AnswerEvent.Said(var from, var text))
            {
                Assert.Equal(said.Length, from);
                said += text;
            }

            if (heard is AnswerEvent.Over(var turn)) over = turn;
        }

        Assert.Equal((said.Trim(), "answered", 1), (over!.Answer, over.State, over.Turn));
        Assert.Equal(over.Answer, Assert.Single((await client.FindConversationAsync(begun.ConversationId, Stop))!.Turns).Answer);
        var other = await client.BeginConversationAsync(new NewConversation("nano"), Stop);
        var listed = new List<string>();
        await foreach (var one in client.ListConversationsAsync(Stop)) listed.Add(one.ConversationId);
        Assert.True(listed.IndexOf(other.ConversationId) < listed.IndexOf(begun.ConversationId) && listed.Contains(other.ConversationId));
        Assert.Equal("answered", (await client.StopAnswerAsync(begun.ConversationId, 1, Stop)).State);
        Assert.True(await client.ForgetConversationAsync(begun.ConversationId, Stop));
        Assert.False(await client.ForgetConversationAsync(begun.ConversationId, Stop));
        Assert.Null(await client.FindConversationAsync(begun.ConversationId, Stop));
    }

    private static async Task<string> BeginAsync(HttpClient caller, object about)
    {
        using var response = await caller.PostAsJsonAsync(Api, about, Stop);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync(Stop));
        var id = JobTests.Text(await response.Content.ReadFromJsonAsync<JsonElement>(Stop), "conversationId");
        Assert.Equal($"{Api}/{id}", response.Headers.Location?.ToString());
        return id;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient caller, string path, object body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body), Headers = { { "Idempotency-Key", key } } };
        return await caller.SendAsync(request, Stop);
    }

    private static IAsyncEnumerable<Told> AskAsync(HttpClient caller, string id, object question) =>
        ReadAsync(caller, new HttpRequestMessage(HttpMethod.Post, $"{Api}/{id}/turns") { Content = JsonContent.Create(question), Headers = { { "Accept", "text/event-stream" } } }, Stop);

    private static IAsyncEnumerable<Told> ListenAsync(HttpClient caller, string path, string? after)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (after is not null) request.Headers.Add("Last-Event-ID", after);
        return ReadAsync(caller, request, Stop);
    }

    private static async IAsyncEnumerable<Told> ReadAsync(HttpClient caller, HttpRequestMessage request, [EnumeratorCancellation] CancellationToken stop)
    {
        using (request)
        {
            using var response = await caller.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            while (await lines.ReadLineAsync(stop) is { } line)
            {
                if (line.Length == 0 && fields.Count > 0)
                {
                    yield return new Told(fields.GetValueOrDefault("id"), fields["event"], JsonDocument.Parse(fields["data"]).RootElement);
                    fields.Clear();
                }
                else if (line.Split(": ", 2) is [{ Length: > 0 } name, var value])
                {
                    fields[name] = value;
                }
            }
        }
    }

    private sealed record Told(string? Id, string Type, JsonElement Data);
}
