using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Verification;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>Nodes die while sentences are asked again: what was answered is not asked twice, and what comes of it is the same.</summary>
[Collection(SteadyServers.Name)]
public sealed class RegroundKillTests(Archive archive, TestServers servers)
{
    private const int Seed = 41;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kills_while_sentences_are_asked_again_leave_no_trace()
    {
        var videos = await archive.LongVideosAsync(2, Stop);
        var job = new JobRequest { Model = NanoModel.Name, Reground = RegroundOptions.Parse("24,doubt"), Verify = new VerifyOptions { Asks = 1 } };
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.NodeSettings["maxAttempts"] = 100;
        var random = new Random(Seed);
        var node = cluster.StartNode();
        var receipt = await cluster.SubmitAsync(job, videos, Stop);
        try
        {
            for (var kill = 0; kill < 4; kill++)
            {
                await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins && line.Node == node.Name, Stop);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(200, 2500)), Stop);
                node = await cluster.ReplaceAsync(node);
            }

            foreach (var view in await cluster.WaitAsync(receipt, Stop))
            {
                Assert.True(view.State == VideoState.Completed, $"{view.VideoId} is {view.State}: {view.Error}");
                var whole = await archive.RunAsync(view.Request, job, Stop);
                var stored = await StoredVideo.FindAsync(cluster.Connection.Journal, cluster.Connection.Results, view.VideoId, Stop);
                Assert.Equal(whole.Objects.Select(one => one.Chain), stored!.Objects.Select(one => one.Chain));
                Assert.Equal(whole.Corrections, stored.Corrections);
                Assert.Equivalent(whole.Verdicts, stored.Verdicts, strict: true);
                await AssertAskedOnceAsync(cluster, view);
            }
        }
        finally
        {
            cluster.Report();
        }
    }

    /// <summary>Of each time each target was answered once; there were several times.</summary>
    private static async Task AssertAskedOnceAsync(TestCluster cluster, VideoView view)
    {
        var asked = new List<(int Step, int Target)>();
        await foreach (var record in cluster.Connection.Journal.ReadAsync(view.VideoId, 1, Stop))
        {
            if (record.Type != "reground-answered") continue;
            using var document = System.Text.Json.JsonDocument.Parse(record.Payload);
            asked.Add((document.RootElement.GetProperty("step").GetInt32(), document.RootElement.GetProperty("target").GetInt32()));
        }

        Assert.Equal(asked.Distinct(), asked);
        Assert.True(asked.Select(one => one.Step).Distinct().Count() > 2, $"It was asked again {asked.Count} times.");
    }
}
