using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.Gateway.Security;

namespace Sa2VA.Cluster.Gateway.Tests;

/// <summary>Walks the document with requests that fit it and requests that do not.</summary>
[Collection(GatewayCollection.Name)]
public sealed class ConformanceTests(GatewayFixture fixture)
{
    private const int Requests = 2400;
    private const int Seed = 20;

    private static readonly string[] Oddities =
    [
        "", " ", "x", "-1", "0", "1", "99999999999999999999", "1e9", "NaN", "null", "true", "%00", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..", "';DROP TABLE jobs;--", "http://169.254.169.254/latest",
        "\u0000", "\ud83d\ude00", "{{7*7}}", "file:///etc/passwd", new('a', 3000), "[]", "{}", "completed", "HIGH",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_request_breaks_the_gateway_and_every_refusal_is_a_problem()
    {
        using var all = await fixture.CallerAsync(Scope.Read, Scope.Submit, Scope.Operate);
        using var reader = await fixture.CallerAsync(Scope.Read);
        using var stranger = await fixture.StrangerAsync();
        using var forger = fixture.With("sa2va_0123456789ab_" + new string('A', 43));
        var job = await fixture.CompletedJobAsync(all, videos: 1, Stop);
        var video = JobTests.Text((await all.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}/videos", Stop)).GetProperty("items")[0], "videoId");
        using var begun = await all.PostAsJsonAsync("/api/v1/conversations", new { model = "nano", maxNewTokens = 4 }, Stop);
        var known = new Known(job, video, JobTests.Text(await begun.Content.ReadFromJsonAsync<JsonElement>(Stop), "conversationId"));
        using var document = JsonDocument.Parse(await stranger.GetStringAsync("/openapi/v1.json", Stop));
        var operations = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(verb => (Path: path.Name, Verb: verb.Name, verb.Value))).ToList();

        var random = new Random(Seed);
        var seen = new Dictionary<HttpStatusCode, int>();
        for (var i = 0; i < Requests; i++)
        {
            var (path, verb, operation) = operations[i % operations.Count];
            var (caller, isKnown) = random.Next(10) switch { 0 => (stranger, false), 1 => (forger, false), 2 => (reader, true), _ => (all, true) };
            using var request = Make(random, path, verb, operation, known);
            using var response = await caller.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
            seen[response.StatusCode] = seen.GetValueOrDefault(response.StatusCode) + 1;
            var what = $"request {i}: {verb} {request.RequestUri} -> {(int)response.StatusCode}";
            Assert.True((int)response.StatusCode < 500, what);
            // An odd path, or a body of another kind, leads to no operation at all, of which a stranger is told nothing either.
            if (!isKnown) Assert.True(response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.BadRequest, what);
            if ((int)response.StatusCode < 400) continue;
            var text = await response.Content.ReadAsStringAsync(Stop);
            // What is no HTTP at all is refused by the server before it is a request.
            if (text.Length == 0 && response.StatusCode == HttpStatusCode.BadRequest) continue;
            Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{what}: {response.Content.Headers.ContentType} {text}");
            Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        }

        // The walk met what it should meet.
        foreach (var status in (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity])
            Assert.True(seen.ContainsKey(status), $"{status} among {string.Join(", ", seen.Select(pair => $"{(int)pair.Key}: {pair.Value}"))}");
    }

    private static HttpRequestMessage Make(Random random, string path, string verb, JsonElement operation, Known known)
    {
        var query = new StringBuilder();
        var headers = new List<(string, string)>();
        foreach (var parameter in operation.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray() : default)
        {
            var name = parameter.GetProperty("name").GetString()!;
            // What is there stays, for the others.
            var value = random.Next(3) > 0 && (verb, name) != ("delete", "conversation") ? Fitting(random, name, known) : Odd(random);
            switch (parameter.GetProperty("in").GetString())
            {
                case "path":
                    path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value.Length == 0 ? "x" : value), StringComparison.Ordinal);
                    break;
                case "query" when random.Next(2) == 0 || name == "model":
                    query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
                    break;
                case "header" when random.Next(2) == 0:
                    headers.Add((name, value));
                    break;
            }
        }

        var request = new HttpRequestMessage(new HttpMethod(verb.ToUpperInvariant()), path + query);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, new string([.. value.Where(c => c is >= ' ' and < (char)127)]));
        if (operation.TryGetProperty("requestBody", out _) && random.Next(6) > 0) request.Content = Body(random, path);
        return request;
    }

    private static string Fitting(Random random, string name, Known known) => name switch
    {
        "job" => known.Job,
        "video" => known.Video,
        "conversation" => known.Conversation,
        "turn" => "1",
        "frame" or "from" or "to" => random.Next(GatewayFixture.Frames).ToString(System.Globalization.CultureInfo.InvariantCulture),
        "object" => "1",
        "limit" => "3",
        "model" => "nano",
        "state" => "completed",
        "priority" => "low",
        "keyFrames" => "5",
        "format" => random.Next(2) == 0 ? "csv" : "coco",
        "width" => "32",
        "reuseResults" => "false",
        _ => Odd(random),
    };

    /// <summary>What is there.</summary>
    private sealed record Known(string Job, string Video, string Conversation);

    private static string Odd(Random random) => Oddities[random.Next(Oddities.Length)];

    private static HttpContent Body(Random random, string path)
    {
        if (path.EndsWith("/manifest", StringComparison.Ordinal))
        {
            var line = random.Next(2) == 0 ? "{\"video\":\"a.mp4\",\"expressions\":[\"the dog\"]}\n" : Mutated(random, "{\"video\":\"a.mp4\",\"expressions\":[\"the dog\"],\"frames\":{\"first\":1}}");
            return new StringContent(line, Encoding.UTF8, "application/x-ndjson");
        }

        JsonNode body = path switch
        {
            _ when path.EndsWith("/cancel", StringComparison.Ordinal) => new JsonObject { ["reason"] = "a reason" },
            _ when path.EndsWith("/priority", StringComparison.Ordinal) => new JsonObject { ["priority"] = random.Next(2) == 0 ? "high" : Odd(random) },
            _ when path.EndsWith("/prompts", StringComparison.Ordinal) => random.Next(2) == 0
                ? new JsonObject { ["text"] = Odd(random) }
                : new JsonObject { ["frame"] = random.Next(120), ["object"] = random.Next(2) == 0 ? null : random.Next(4), ["points"] = new JsonArray(new JsonArray(random.Next(80), 7)) },
            _ when path.EndsWith("/estimates", StringComparison.Ordinal) => new JsonObject
            {
                ["model"] = "nano", ["pricePerGpuHour"] = random.Next(3) - 1, ["videos"] = new JsonArray(new JsonObject { ["video"] = Odd(random), ["expressions"] = new JsonArray("x"), ["frameCount"] = random.Next(3) }),
            },
            _ when path.EndsWith("/turns", StringComparison.Ordinal) => new JsonObject { ["question"] = Odd(random), ["asksForMask"] = random.Next(4) == 0 },
            _ when path.EndsWith("/conversations", StringComparison.Ordinal) => new JsonObject { ["model"] = "nano", ["source"] = random.Next(2) == 0 ? null : Odd(random), ["keyFrames"] = random.Next(9) },
            _ => NewJob(random),
        };
        var text = body.ToJsonString();
        return new StringContent(random.Next(2) == 0 ? text : Mutated(random, text), Encoding.UTF8) { Headers = { ContentType = new MediaTypeHeaderValue(random.Next(8) == 0 ? "text/plain" : "application/json") } };
    }

    private static JsonObject NewJob(Random random) => new()
    {
        ["model"] = "nano", ["title"] = "a title", ["priority"] = "low", ["keyFrames"] = 5,
        ["videos"] = new JsonArray(new JsonObject { ["video"] = random.Next(2) == 0 ? "a.mp4" : Odd(random), ["expressions"] = new JsonArray("the dog") }),
    };

    private static string Mutated(Random random, string text)
    {
        var characters = text.ToCharArray().ToList();
        for (var i = random.Next(1, 4); i > 0 && characters.Count > 0; i--)
        {
            var at = random.Next(characters.Count);
            if (random.Next(3) == 0) characters.RemoveAt(at);
            else if (random.Next(2) == 0) characters[at] = "{}[]\",:0x\\ \u0001"[random.Next(12)];
            else characters.InsertRange(at, Odd(random));
        }

        return new string([.. characters]);
    }
}
