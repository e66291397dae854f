using System.Text.Json.Nodes;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A node's disk is full: it says which setting names it, and lives.</summary>
[Collection(SteadyServers.Name)]
public sealed class FullDiskTests(Archive archive, TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_scratch_folder_is_named_and_another_node_goes_on()
    {
        using var folder = new TemporaryFolder();
        var disk = SmallDisk.MakeOrSkip(folder.FullPath, "16k");
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.NodeSettings["maxAttempts"] = 100;
        cluster.NodeSettings["scratchFolder"] = folder.FullPath;
        var full = cluster.StartNode(disk);
        var job = await cluster.SubmitAsync(archive.Videos(1), Stop);
        try
        {
            var stopped = await cluster.HearAsync(line => line.EventId == NodeEvents.VideoStopped, Stop);
            Assert.Contains("(scratchFolder)", stopped.Text, StringComparison.Ordinal);
            Assert.Contains("the disk was full", stopped.Text, StringComparison.Ordinal);

            // To the other node the folder is one of the machine's, with room in it.
            cluster.StartNode();
            Assert.Equal(0, await full.DrainAsync(Stop));
            await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);
        }
        finally
        {
            cluster.Report();
        }
    }

    [Fact]
    public async Task A_full_archive_is_named_and_work_waits_for_room()
    {
        using var folder = new TemporaryFolder();
        var disk = SmallDisk.MakeOrSkip(folder.FullPath, "16k");
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.NodeSettings["archive"] = new JsonObject { ["folder"] = folder.FullPath };
        var node = cluster.StartNode(disk);
        var job = await cluster.SubmitAsync(archive.Videos(2), Stop);
        try
        {
            var full = await cluster.HearAsync(line => line.EventId == NodeEvents.ArchiveAway, Stop);
            Assert.Contains("Archive:Folder", full.Text, StringComparison.Ordinal);
            Assert.Contains("No space left", full.Text, StringComparison.Ordinal);
            disk.Enlarge(node, "16m");
            await cluster.HearAsync(line => line.EventId == NodeEvents.ArchiveBack, Stop);
            await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);
        }
        finally
        {
            cluster.Report();
        }
    }
}
