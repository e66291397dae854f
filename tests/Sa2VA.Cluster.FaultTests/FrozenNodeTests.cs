namespace Sa2VA.Cluster.FaultTests;

/// <summary>A node hangs for longer than it is waited for, and comes back when another has its video.</summary>
[Collection(StruckServers.Name)]
public sealed class FrozenNodeTests(Archive archive, TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_that_comes_back_is_fenced_off_and_stops_working_on_the_video()
    {
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.NodeSettings["heartbeat"] = "00:00:02";
        var frozen = cluster.StartNode();
        var job = await cluster.SubmitAsync(archive.Videos(1), Stop);
        try
        {
            var begun = await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins, Stop);
            await cluster.WaitForCheckpointAsync(begun.Video!, Stop);
            frozen.Freeze();
            var other = cluster.StartNode();
            await cluster.HearAsync(line => line.EventId == NodeEvents.VideoIsOver && line.Node == other.Name, Stop);
            frozen.Thaw();
            await cluster.HearAsync(line => line.EventId == NodeEvents.VideoTakenOver && line.Node == frozen.Name, Stop);
            await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);
            Assert.True(frozen.IsAlive);

            // It is a node like any other again.
            Assert.Equal(0, await other.DrainAsync(Stop));
            var next = await cluster.SubmitAsync(archive.Videos(2).Skip(1), Stop);
            await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(next, Stop), Stop);
        }
        finally
        {
            cluster.Report();
        }
    }
}
