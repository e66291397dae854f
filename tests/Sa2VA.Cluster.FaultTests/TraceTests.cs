using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.Jobs;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A collector can follow a video from its submission to its end, over all machines that work on it.</summary>
[Collection(SteadyServers.Name)]
public sealed class TraceTests(Archive archive, TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_trace_follows_a_video_over_two_nodes()
    {
        var received = new ConcurrentBag<Span>();
        await using var collector = new HttpPeer(async (context, stop) =>
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body, stop);
            if (context.Request.Url!.AbsolutePath == "/v1/traces")
            {
                foreach (var span in Span.Read(body.ToArray())) received.Add(span);
            }

            context.Response.ContentType = "application/x-protobuf";
        });
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.NodeSettings["telemetry"] = new JsonObject { ["otlpEndpoint"] = collector.Url(""), ["otlpProtocol"] = "http" };
        var first = cluster.StartNode();
        try
        {
            var job = await SubmitAsync(cluster, archive.Videos(1)[0]);
            var begun = await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins, Stop);
            await cluster.WaitForCheckpointAsync(begun.Video!, Stop);
            Assert.Equal(0, await first.DrainAsync(Stop));
            var second = cluster.StartNode();
            await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);
            // Processes send what is left when they end.
            Assert.Equal(0, await second.DrainAsync(Stop));

            var spans = received.ToList();
            Assert.Single(spans.Select(span => span.TraceId).Distinct());
            var submitted = Assert.Single(spans, span => span.Parent.Length == 0);
            Assert.Equal(("submit", job.JobId), (submitted.Name, submitted.Tags["sa2va.job.id"]));
            var queued = Assert.Single(spans, span => span.Parent == submitted.Id);
            Assert.Equal(("queue", first.Name), (queued.Name, queued.Instance));

            var before = Assert.Single(spans, span => span.Parent == queued.Id);
            Assert.Equal(("work video", first.Name, "handed over"), (before.Name, before.Instance, before.Tags["sa2va.outcome"]));
            Assert.Equal(["claim", "fetch", "ground", "hand over", "probe", "track"], PartsOf(before));
            var handOver = Assert.Single(spans, span => span.Name == "hand over");
            Assert.Equal("drain", handOver.Tags["sa2va.reason"]);

            var after = Assert.Single(spans, span => span.Parent == handOver.Id);
            Assert.Equal(("work video", second.Name, "completed"), (after.Name, after.Instance, after.Tags["sa2va.outcome"]));
            Assert.Equal(["claim", "fetch", "finish", "probe", "track"], PartsOf(after));
            Assert.All(spans.Where(span => span.Name == "track"), track => Assert.All(PartsOf(track), part => Assert.Equal("checkpoint", part)));
            Assert.All(spans.Where(span => span.Name == "track"), track => Assert.NotEmpty(PartsOf(track)));
            Assert.Equal(spans.Count(span => span.Name is "checkpoint"), spans.Where(span => span.Name == "track").Sum(track => PartsOf(track).Count));

            List<string> PartsOf(Span whole)
            {
                var parts = spans.Where(span => span.Parent == whole.Id).ToList();
                Assert.All(parts, part => Assert.Equal(whole.Instance, part.Instance));
                return [.. parts.Select(part => part.Name).Order(StringComparer.Ordinal)];
            }
        }
        finally
        {
            cluster.Report();
        }
    }

    private static async Task<JobReceipt> SubmitAsync(TestCluster cluster, VideoRequest video)
    {
        using var folder = new TemporaryFolder();
        var line = new JsonObject
        {
            ["video"] = video.Source, ["expressions"] = new JsonArray([.. video.Targets.Select(target => (JsonNode?)target.Label)]), ["name"] = video.Name,
        };
        await File.WriteAllTextAsync(folder.File("videos.jsonl"), line.ToJsonString() + "\n", Stop);
        var said = await Sa2vaCommand.RunAsync(0, Stop, "submit", folder.File("videos.jsonl"), "--model", NanoModel.Name, "--settings", cluster.WriteSettings(), "--json");
        return new JobReceipt(JsonDocument.Parse(said).RootElement.GetProperty("jobId").GetString()!, Videos: 1, IsNew: true);
    }
}
