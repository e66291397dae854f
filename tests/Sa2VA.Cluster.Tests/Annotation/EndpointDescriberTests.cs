using System.Text.Json;
using Sa2VA.Cluster.Annotation.Describing;
using Sa2VA.Cluster.Settings;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Tests.Annotation;

/// <summary>Against a real web server on this machine; pauses are skipped and counted.</summary>
public sealed class EndpointDescriberTests
{
    private readonly SkippingTime _time = new(notBelow: TimeSpan.FromMinutes(3));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_goes_with_its_pictures_and_key_and_its_answer_comes_back()
    {
        await using var peer = new ChatCompletionsPeer(_ => PeerReply.Say("A red ball.", "length"));
        using var describer = new EndpointDescriber(Options(peer) with { Key = new Secret("sk-1"), Temperature = 0.5, TokenField = TokenField.MaxCompletionTokens });
        using var picture = new RgbImage(64, 48);
        picture.Pixels.Fill(200);
        var answer = await describer.AskAsync(new DescriberQuestion("What is \"it\"?", [picture, picture], 77), Stop);
        Assert.Equal(new DescriberAnswer("A red ball.", Complete: false), answer);
        var asked = Assert.Single(peer.Asked);
        Assert.Equal(("m-1", "What is \"it\"?", "Bearer sk-1"), (asked.Model, asked.Text, asked.Authorization));
        Assert.Equal((77, 0.5), (asked.Body.GetProperty("max_completion_tokens").GetInt32(), asked.Body.GetProperty("temperature").GetDouble()));
        Assert.Equal(2, asked.Pictures.Count);
        // Each is a whole JPEG file.
        Assert.All(asked.Pictures, jpeg => Assert.True(jpeg.AsSpan().StartsWith((byte[])[0xff, 0xd8]) && jpeg.AsSpan().EndsWith((byte[])[0xff, 0xd9])));

        using var plain = new EndpointDescriber(Options(peer));
        await plain.AskAsync(new DescriberQuestion("Same?", [], 8), Stop);
        var text = peer.Asked.Last();
        Assert.Equal((null, JsonValueKind.String), (text.Authorization, text.Body.GetProperty("messages")[0].GetProperty("content").ValueKind));
        Assert.Equal(8, text.Body.GetProperty("max_tokens").GetInt32());
        Assert.False(text.Body.TryGetProperty("temperature", out _));
    }

    [Fact]
    public async Task A_server_that_is_busy_is_asked_again_when_it_wants_to_be()
    {
        await using var peer = new ChatCompletionsPeer(question => question.Number switch
        {
            1 => PeerReply.Refuse(429, "slow down") with { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Retry-After"] = "40" } },
            2 => PeerReply.Refuse(503, "loading"),
            3 => PeerReply.Refuse(500, "oops"),
            _ => PeerReply.Say("Here."),
        });
        using var describer = new EndpointDescriber(Options(peer));
        var before = _time.GetUtcNow();
        Assert.Equal("Here.", (await describer.AskAsync(new DescriberQuestion("?", [], 8), Stop)).Text);
        Assert.Equal(4, peer.Asked.Count);
        // Our own pause of about one second, what was left of the forty, then about two, then about four.
        Assert.Equal(4, _time.Pauses.Count);
        Assert.InRange(_time.Pauses[0].TotalSeconds, 0.75, 1.25);
        Assert.Equal(40, (_time.Pauses[0] + _time.Pauses[1]).TotalSeconds, 3);
        Assert.InRange(_time.Pauses[2].TotalSeconds, 1.5, 2.5);
        Assert.InRange(_time.Pauses[3].TotalSeconds, 3, 5);
        Assert.True(_time.GetUtcNow() - before >= TimeSpan.FromSeconds(40));
        // All attempts are the same question.
        Assert.Single(peer.Asked.Select(question => question.Body.GetRawText()).Distinct());
    }

    [Fact]
    public async Task A_pause_that_a_server_asks_for_may_be_a_date_and_has_a_bound()
    {
        var asked = TimeSpan.FromSeconds(90);
        await using var peer = new ChatCompletionsPeer(question => question.Number == 2
            ? PeerReply.Say("Here.")
            : PeerReply.Refuse(429, "quota of the minute") with { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Retry-After"] = (_time.GetUtcNow() + asked).ToString("R") } });
        using var describer = new EndpointDescriber(Options(peer));
        await describer.AskAsync(new DescriberQuestion("?", [], 8), Stop);
        Assert.InRange(_time.Pauses.Sum(pause => pause.TotalSeconds), 89, 91);
        asked = TimeSpan.FromHours(1);
        await Refused(describer, DescriberFailure.Unavailable, "60 minutes", "quota of the minute", "The same command goes on");
        Assert.Equal(3, peer.Asked.Count);
    }

    [Fact]
    public async Task Attempts_end_and_say_what_the_server_said()
    {
        await using var peer = new ChatCompletionsPeer(_ => PeerReply.Refuse(502, "bad\r\ngateway"));
        using var describer = new EndpointDescriber(Options(peer) with { Retries = 3 });
        await Refused(describer, DescriberFailure.Unavailable, "502", "bad gateway", "4 time(s)");
        Assert.Equal(4, peer.Asked.Count);
    }

    [Theory]
    [InlineData(401, null, DescriberFailure.Access, "No key was sent")]
    [InlineData(403, null, DescriberFailure.Access, "no entry")]
    [InlineData(429, "insufficient_quota", DescriberFailure.Access, "429")]
    [InlineData(404, null, DescriberFailure.Settings, "no model 'm-1'")]
    [InlineData(307, null, DescriberFailure.Settings, "sends elsewhere")]
    [InlineData(400, null, DescriberFailure.Refused, "no entry")]
    [InlineData(413, null, DescriberFailure.Refused, "413")]
    [InlineData(422, null, DescriberFailure.Refused, "422")]
    public async Task What_cannot_succeed_is_not_tried_again(int status, string? code, DescriberFailure kind, string words)
    {
        await using var peer = new ChatCompletionsPeer(_ => PeerReply.Refuse(status, "no entry", code));
        using var describer = new EndpointDescriber(Options(peer));
        await Refused(describer, kind, words);
        Assert.Single(peer.Asked);
        Assert.Empty(_time.Pauses);
    }

    [Theory]
    [InlineData("<html>Welcome</html>", DescriberFailure.Settings)]
    [InlineData("{\"choices\":[]}", DescriberFailure.Settings)]
    [InlineData("{\"choices\":[{\"message\":{\"content\":7}}]}", DescriberFailure.Settings)]
    [InlineData("{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I cannot\"}}]}", DescriberFailure.Refused)]
    [InlineData("{\"choices\":[{\"finish_reason\":\"content_filter\",\"message\":{\"content\":\"\"}}]}", DescriberFailure.Refused)]
    public async Task An_answer_that_is_none_is_told(string body, DescriberFailure kind)
    {
        await using var peer = new ChatCompletionsPeer(_ => new PeerReply(200, body));
        using var describer = new EndpointDescriber(Options(peer));
        await Refused(describer, kind);
    }

    [Theory]
    [InlineData("{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"A \"},{\"type\":\"text\",\"text\":\"ball\"}]}}]}", "A ball")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":null}}]}", "")]
    public async Task Answers_come_in_several_forms(string body, string text)
    {
        await using var peer = new ChatCompletionsPeer(_ => new PeerReply(200, body));
        using var describer = new EndpointDescriber(Options(peer));
        Assert.Equal(new DescriberAnswer(text, Complete: true), await describer.AskAsync(new DescriberQuestion("?", [], 8), Stop));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_soon_and_one_that_never_answers_in_time()
    {
        using var nobody = new EndpointDescriber(new EndpointOptions { Address = new Uri($"http://127.0.0.1:{HttpPeer.FreePort()}/v1"), Model = "m-1", Time = _time });
        await Refused(nobody, DescriberFailure.Unavailable, "cannot be reached", "2 time(s)");
        await using var peer = new ChatCompletionsPeer(async (_, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            return PeerReply.Say("");
        });
        using var patient = new EndpointDescriber(Options(peer) with { Timeout = TimeSpan.FromSeconds(30), Retries = 1 });
        await Refused(patient, DescriberFailure.Unavailable, "30 seconds", "2 time(s)");
    }

    [Theory]
    [InlineData("https://api.example.org/v1", "https://api.example.org/v1/chat/completions")]
    [InlineData("https://api.example.org/v1/", "https://api.example.org/v1/chat/completions")]
    [InlineData("http://127.0.0.1:8000/v1/chat/completions", "http://127.0.0.1:8000/v1/chat/completions")]
    [InlineData("http://localhost:8000", "http://localhost:8000/chat/completions")]
    public void An_address_is_taken_with_or_without_its_end(string text, string expected) => Assert.Equal(expected, EndpointAddress.Completions(EndpointAddress.Parse(text, "--endpoint")).AbsoluteUri);

    [Theory]
    [InlineData("api.example.org/v1", "no address")]
    [InlineData("ftp://api.example.org", "no address")]
    [InlineData("http://api.example.org/v1", "plain http to another machine")]
    [InlineData("https://me:hush@api.example.org/v1", "user or a password")]
    [InlineData("https://api.example.org/v1?key=hush", "without '?'")]
    public void An_address_that_would_give_something_away_is_refused(string text, string words)
    {
        var refusal = Assert.Throws<SettingsException>(() => EndpointAddress.Parse(text, "--endpoint"));
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task Refused(EndpointDescriber describer, DescriberFailure kind, params string[] words)
    {
        var refusal = await Assert.ThrowsAsync<DescriberException>(() => describer.AskAsync(new DescriberQuestion("?", [], 8), Stop));
        Assert.Equal(kind, refusal.Kind);
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }

    private EndpointOptions Options(ChatCompletionsPeer peer) => new() { Address = EndpointAddress.Parse(peer.Address, "--endpoint"), Model = "m-1", Time = _time };
}
