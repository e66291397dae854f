using System.Net;
using System.Text.Json;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Gateway.Tests;

[Collection(GatewayCollection.Name)]
public sealed class EventTests(GatewayFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_are_told_as_they_happen_and_again_to_a_reader_that_comes_back()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var job = await fixture.CompletedJobAsync(caller, videos: 1, Stop);
        await using var first = await OpenAsync(caller, job, after: null);
        var seen = new List<Told>();
        // What the nodes said while the job ran, then what is said now.
        var now = await fixture.Cluster.Progress.PublishEventAsync(job, new JobEvent("test-one", DateTimeOffset.UnixEpoch, "v", "now"), Stop);
        while (seen.Count == 0 || seen[^1].Id != now) seen.Add(await first.ReadAsync());
        Assert.Equal(("test-one", "now"), (seen[^1].Type, seen[^1].Data.GetProperty("detail").GetString()));

        var next = await fixture.Cluster.Progress.PublishEventAsync(job, new JobEvent("test-two", DateTimeOffset.UnixEpoch), Stop);
        Assert.Equal(next, (await first.ReadAsync()).Id);
        await using var second = await OpenAsync(caller, job, after: now);
        Assert.Equal((next, "test-two"), (await second.ReadAsync()) is var told ? (told.Id, told.Type) : default);
    }

    [Fact]
    public async Task A_job_is_followed_from_its_first_node_to_its_end()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var job = await GatewayFixture.SubmitAsync(caller, videos: 2, Stop);
        await using var events = await OpenAsync(caller, job, after: null);
        var told = new List<Told>();
        // The end of the job may be told before the last of its videos' own.
        while (told.Count(one => one.Type == "video-completed") < 2 || !told.Exists(one => one.Type == "job-over")) told.Add(await events.ReadAsync());
        foreach (var videoEvents in told.Where(one => one.Type != "job-over").GroupBy(one => one.Data.GetProperty("videoId").GetString()))
        {
            var types = videoEvents.Select(one => one.Type).ToList();
            Assert.Equal(["video-submitted", "video-claimed", "video-probed", "prompt-resolved", "prompt-resolved", "tracking-checkpointed"], types.Distinct().SelectMany(type => type == "prompt-resolved" ? new[] { type, type } : [type]).Take(6));
            Assert.Equal("video-completed", types[^1]);
        }
    }

    [Fact]
    public async Task An_id_that_is_none_is_refused()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var job = await GatewayFixture.SubmitAsync(caller, videos: 1, Stop);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/jobs/{job}/events") { Headers = { { "Last-Event-ID", "yesterday" } } };
        var problem = await JobTests.ProblemAsync(await caller.SendAsync(request, Stop), HttpStatusCode.BadRequest);
        Assert.Contains("'yesterday' is no id of an event", JobTests.Text(problem, "detail"), StringComparison.Ordinal);
    }

    private static async Task<Reader> OpenAsync(HttpClient caller, string job, string? after)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/jobs/{job}/events");
        if (after is not null) request.Headers.Add("Last-Event-ID", after);
        var response = await caller.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new Reader(response, new StreamReader(await response.Content.ReadAsStreamAsync(Stop)));
    }

    private sealed record Told(string Id, string Type, JsonElement Data);

    private sealed class Reader(HttpResponseMessage response, StreamReader lines) : IAsyncDisposable
    {
        public async Task<Told> ReadAsync()
        {
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            while (await lines.ReadLineAsync(Stop) is { } line)
            {
                if (line.Length == 0 && fields.Count > 0) return new Told(fields["id"], fields["event"], JsonDocument.Parse(fields["data"]).RootElement);
                if (line.Split(": ", 2) is [{ Length: > 0 } name, var value]) fields[name] = value;
            }

            throw new EndOfStreamException("The events ended.");
        }

        public ValueTask DisposeAsync()
        {
            lines.Dispose();
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
