using System.Text.Json.Nodes;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>Long videos take turns of one second; whether a node keeps them in memory in between does not show in their masks.</summary>
[Collection(SteadyServers.Name)]
public sealed class WarmVideoTests(Archive archive, TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_goes_on_with_its_own_videos_from_memory()
    {
        await using var cluster = await StartAsync();
        var node = cluster.StartNode();
        await RunAsync(cluster, videos: 2);
        Assert.InRange(Count(node, "the warm tracker"), 2, int.MaxValue);
        Assert.Equal(0, Count(node, "the checkpoint"));
    }

    [Fact]
    public async Task A_node_without_memory_for_them_goes_on_from_checkpoints()
    {
        await using var cluster = await StartAsync();
        cluster.NodeSettings["devices"]![0]!["warmMiB"] = 0;
        var node = cluster.StartNode();
        await RunAsync(cluster, videos: 2);
        Assert.Equal(0, Count(node, "the warm tracker"));
        Assert.InRange(Count(node, "the checkpoint"), 2, int.MaxValue);
    }

    [Fact]
    public async Task What_two_nodes_pass_to_each_other_is_never_continued_from_an_outdated_memory()
    {
        await using var cluster = await StartAsync();
        var (first, second) = (cluster.StartNode(), cluster.StartNode());
        await RunAsync(cluster, videos: 3);
        Assert.InRange(Count(first, "the checkpoint") + Count(second, "the checkpoint"), 1, int.MaxValue);
    }

    private async Task<TestCluster> StartAsync()
    {
        var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.NodeSettings["slice"] = "00:00:01";
        cluster.NodeSettings["devices"] = new JsonArray(new JsonObject { ["device"] = "cpu", ["slots"] = 1 });
        return cluster;
    }

    private async Task RunAsync(TestCluster cluster, int videos)
    {
        var job = await cluster.SubmitAsync(await archive.LongVideosAsync(videos, Stop), Stop);
        try
        {
            await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);
        }
        finally
        {
            cluster.Report();
        }
    }

    private static int Count(NodeProcess node, string state) => node.Said.Split('\n').Count(line => NodeLine.Parse(node.Name, line) is { EventId: NodeEvents.VideoContinues } said && said.Text.EndsWith(state, StringComparison.Ordinal));
}
