using Sa2VA.Cluster.Jobs;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A node is killed, drained, frozen: another goes on, and the masks do not show it.</summary>
[Collection(SteadyServers.Name)]
public sealed class NodeKillTests(Archive archive, TestServers servers)
{
    private const int Seed = 20;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kills_at_random_moments_of_a_job_leave_no_trace()
    {
        var kills = FaultNumbers.Read("SA2VA_FAULT_KILLS", 15);
        var videos = (int)FaultNumbers.Read("SA2VA_FAULT_VIDEOS", 8);
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        // It is not the videos that kill: on a slow machine the same one may be hit again before it gets anywhere.
        cluster.NodeSettings["maxAttempts"] = 100;
        var random = new Random(Seed);
        var nodes = new List<NodeProcess> { cluster.StartNode(), cluster.StartNode() };
        var jobs = new List<JobReceipt> { await cluster.SubmitAsync(archive.Videos(videos), Stop) };
        try
        {
            for (var kill = 0; kill < kills; kill++)
            {
                // At whatever they are then: starting, loading the model, asking, tracking, making a checkpoint, handing over.
                await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins, Stop);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 1500)), Stop);
                var victim = random.Next(nodes.Count);
                nodes[victim] = await cluster.ReplaceAsync(nodes[victim]);
                if (await cluster.IsNothingWaitingAsync(jobs[^1], Stop)) jobs.Add(await cluster.SubmitAsync(archive.Videos(videos), Stop));
            }

            foreach (var job in jobs) await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);
        }
        finally
        {
            cluster.Report();
        }
    }

    [Fact]
    public async Task A_drained_node_hands_its_videos_over_and_ends_with_0()
    {
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        var first = cluster.StartNode();
        var job = await cluster.SubmitAsync(archive.Videos(4), Stop);
        try
        {
            await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins, Stop);
            Assert.Equal(0, await first.DrainAsync(Stop));
            cluster.StartNode();
            await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);
        }
        finally
        {
            cluster.Report();
        }
    }

    [Fact]
    public async Task A_video_that_takes_down_every_node_is_given_up_with_its_reason_and_can_be_retried()
    {
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.NodeSettings["maxAttempts"] = 3;
        var job = await cluster.SubmitAsync(archive.Videos(1), Stop);
        try
        {
            // The test is what kills them: as soon as they begin.
            for (var attempt = 0; attempt < 3; attempt++)
            {
                var node = cluster.StartNode();
                await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins && line.Node == node.Name, Stop);
                await node.KillAsync();
            }

            cluster.StartNode();
            var dead = Assert.Single(await cluster.WaitAsync(job, Stop));
            Assert.Equal(VideoState.Dead, dead.State);
            Assert.Contains("3 attempts", dead.Error, StringComparison.Ordinal);
            Assert.Equal(dead.VideoId, Assert.Single(await cluster.Connection.Transport.DeadWorkAsync(10, Stop)).Item.VideoId);

            Assert.Equal(1, await cluster.Connection.Jobs.RetryAsync(job.JobId, videoId: null, Stop));
            await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);
        }
        finally
        {
            cluster.Report();
        }
    }
}
