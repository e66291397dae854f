using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A video has more objects than there is memory for at once.</summary>
[Collection(SteadyServers.Name)]
public sealed class MemoryTests(Archive archive, TestServers servers)
{
    private const int Objects = RunRules.MaxTargets;
    private const long MiB = 1 << 20;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Objects_that_do_not_fit_into_memory_together_are_tracked_in_smaller_batches_with_the_same_masks()
    {
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        // The limit is for tensors: the runtime keeps what it once had, takes it early, and needs little for another thread.
        var node = cluster.StartNodeWith("DOTNET_GCRetainVM=1", "DOTNET_GCgen0size=4000000", "DOTNET_Thread_DefaultStackSize=40000");
        try
        {
            // Whatever a node takes to work at all it has taken after this.
            await cluster.WaitAsync(await cluster.SubmitAsync(archive.Videos(1), Stop), Stop);
            await LimitAsync(node, moreMiB: 40);
            var crowd = Crowd(archive.Videos(1)[0]);
            var job = await cluster.SubmitAsync([crowd], Stop);
            var split = await cluster.HearAsync(line => line.EventId == NodeEvents.BatchSplit, Stop);
            Assert.Contains($"{Objects} objects", split.Text, StringComparison.Ordinal);
            await Outcome.AssertMasksAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);
            Assert.True(node.IsAlive);
        }
        finally
        {
            cluster.Report();
        }
    }

    [Fact]
    public async Task A_video_that_no_device_can_hold_fails_with_the_sizes_and_the_node_goes_on()
    {
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        // Enough for a video of one thing.
        cluster.NodeSettings["devices"] = new JsonArray(new JsonObject { ["device"] = "cpu", ["memoryMiB"] = 330 });
        var node = cluster.StartNode();
        var two = archive.Videos(1)[0];
        var one = two with { Targets = [two.Targets[0]], Name = "one" };
        Assert.Equal(2, two.Targets.Count);
        try
        {
            var videos = await cluster.WaitAsync(await cluster.SubmitAsync([two, one], Stop), Stop);
            Assert.Equal(VideoState.Failed, videos[0].State);
            Assert.Contains("2 object(s) with this model need about", videos[0].Error, StringComparison.Ordinal);
            Assert.Contains("the largest device has 330 MiB", videos[0].Error, StringComparison.Ordinal);
            await Outcome.AssertUntouchedAsync(cluster, archive, [videos[1]], Stop);
            Assert.True(node.IsAlive);
        }
        finally
        {
            cluster.Report();
        }
    }

    /// <summary>As many things as a video may have, each shown by a click.</summary>
    private static VideoRequest Crowd(VideoRequest video) => new(
        video.Source,
        [
            .. Enumerable.Range(0, Objects).Select(number => new RunTarget.Prompted(
                $"thing {number}", [new VisualPrompt.Points(0, [5 + number * 37 % 180, 5 + number * 23 % 130], [1])])),
        ],
        new FrameSelection(0, 5, 1), "crowd");

    /// <summary>From now on the process gets so much more memory for data than it has (setrlimit(2), RLIMIT_DATA), and no more.</summary>
    private static async Task LimitAsync(NodeProcess node, long moreMiB)
    {
        var id = node.Id.ToString(CultureInfo.InvariantCulture);
        var line = (await File.ReadAllLinesAsync($"/proc/{id}/status", Stop)).Single(one => one.StartsWith("VmData:", StringComparison.Ordinal));
        var has = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        using var prlimit = Process.Start("prlimit", ["--pid", id, $"--data={has + moreMiB * MiB}"]);
        await prlimit.WaitForExitAsync(Stop);
        Assert.Equal(0, prlimit.ExitCode);
    }
}
