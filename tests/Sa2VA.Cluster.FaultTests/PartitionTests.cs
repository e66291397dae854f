namespace Sa2VA.Cluster.FaultTests;

/// <summary>A node is cut off from everybody, works on, and is heard of again when another has its video.</summary>
[Collection(StruckServers.Name)]
public sealed class PartitionTests(Archive archive)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_that_was_cut_off_is_fenced_off_stops_working_on_the_video_and_takes_other_work()
    {
        await using var network = await NodeNetwork.CreateOrSkipAsync(Stop);
        await using var cluster = await TestCluster.StartAsync([network.Outside], Stop);
        cluster.NodeSettings["heartbeat"] = "00:00:02";
        var lost = cluster.StartNode(network);
        var job = await cluster.SubmitAsync(archive.Videos(1), Stop);
        try
        {
            var begun = await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins, Stop);
            await cluster.WaitForCheckpointAsync(begun.Video!, Stop);
            await network.CutAsync(Stop);
            var other = cluster.StartNode();
            await cluster.HearAsync(line => line.EventId == NodeEvents.VideoIsOver && line.Node == other.Name, Stop);
            await network.MendAsync(Stop);
            await cluster.HearAsync(line => line.EventId == NodeEvents.VideoTakenOver && line.Node == lost.Name, Stop);
            var videos = await cluster.WaitAsync(job, Stop);
            Assert.Equal(other.Name, Assert.Single(videos).Owner);
            await Outcome.AssertUntouchedAsync(cluster, archive, videos, Stop);

            // It was never told to stop, and is a node like any other again.
            Assert.True(lost.IsAlive);
            Assert.Equal(0, await other.DrainAsync(Stop));
            var next = await cluster.WaitAsync(await cluster.SubmitAsync(archive.Videos(2).Skip(1), Stop), Stop);
            Assert.Equal(lost.Name, Assert.Single(next).Owner);
            await Outcome.AssertUntouchedAsync(cluster, archive, next, Stop);
        }
        finally
        {
            cluster.Report();
        }
    }
}
