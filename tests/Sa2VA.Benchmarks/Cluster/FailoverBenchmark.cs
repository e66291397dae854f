using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.FaultTests;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>
/// From <c>kill -9</c> of a node that tracks to the first frame that was not stored before and is now, by another node. Nodes are processes
/// with the small model, which the other node has loaded; it has nothing else to do.
/// </summary>
internal static class FailoverBenchmark
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);

    public static async Task RunAsync(BenchmarkArguments arguments)
    {
        var random = new Random(arguments.Number("seed", 1));
        using var folder = new TemporaryFolder();
        var clip = folder.File("clip.mp4");
        await LongerClip.WriteAsync(Path.Combine(NanoModel.Folder, "..", "..", "samples", "ref-shapes.mp4"), arguments.Number("loops", 8), clip);
        RunTarget[] targets = [new RunTarget.Expression("the cyan object"), new RunTarget.Expression("the shape that is orange")];

        await using var cluster = await TestCluster.StartAsync(moreAddresses: [], CancellationToken.None);
        cluster.NodeSettings["devices"] = new JsonArray(new JsonObject { ["device"] = "cpu", ["slots"] = 1 });
        cluster.NodeSettings["checkpoints"] = new JsonObject { ["everyFrames"] = arguments.Number("every", 8) };
        var nodes = new List<NodeProcess> { cluster.StartNode(), cluster.StartNode() };
        var few = new VideoRequest(clip, targets, new FrameSelection(0, 7, 1));
        await WarmUpAsync(cluster, few, [.. nodes]);
        var failovers = new List<Failover>();
        for (var kill = 0; kill < arguments.Number("kills", 30); kill++)
        {
            var job = await cluster.SubmitAsync([new VideoRequest(clip, targets)], CancellationToken.None);
            var begun = await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins, CancellationToken.None);
            var victim = nodes.Single(node => node.Name == begun.Node);
            if (await FailoverAsync(cluster, begun.Video!, victim, TimeSpan.FromMilliseconds(random.Next(0, 1500))) is { } failover)
            {
                failovers.Add(failover);
                Console.WriteLine($"{kill + 1}: {failover.ToClaim:F0} ms to the claim, {failover.ToFrame:F0} ms to a new frame");
            }

            nodes[nodes.IndexOf(victim)] = cluster.StartNode();
            var video = (await cluster.WaitAsync(job, CancellationToken.None)).Single();
            if (video.State != VideoState.Completed) throw new InvalidOperationException($"The video is {video.State}: {video.Error}");
            await WarmUpAsync(cluster, few, nodes.Single(node => node != victim && node.Name == cluster.Nodes[^1].Name));
        }

        Console.WriteLine($"{failovers.Count} kills of nodes that tracked");
        Print("kill to claim", failovers.Select(one => one.ToClaim));
        Print("claim to a new frame", failovers.Select(one => one.ToFrame - one.ToClaim));
        Print("kill to a new frame", failovers.Select(one => one.ToFrame));
    }

    private static void Print(string what, IEnumerable<double> milliseconds)
    {
        var spread = new Distribution(milliseconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: median {spread.Median:F0} ms, 90 % {spread.At(0.9):F0} ms, p99 {spread.At(0.99):F0} ms, {spread.Least:F0} to {spread.Largest:F0} ms"));
    }

    /// <summary>Null when the video was over before its node could be killed.</summary>
    private static async Task<Failover?> FailoverAsync(TestCluster cluster, string videoId, NodeProcess victim, TimeSpan delay)
    {
        while (await StoredAsync(cluster, videoId, 0) == 0) await Task.Delay(LookEvery);
        await Task.Delay(delay);
        var head = await cluster.Connection.Journal.HeadAsync(videoId, CancellationToken.None);
        if ((await cluster.Connection.Jobs.FindVideoAsync(videoId, CancellationToken.None))!.State != VideoState.Running) return null;
        var since = Stopwatch.GetTimestamp();
        await victim.KillAsync();
        while ((await cluster.Connection.Journal.HeadAsync(videoId, CancellationToken.None)).Epoch == head.Epoch) await Task.Delay(LookEvery);
        var toClaim = Stopwatch.GetElapsedTime(since);
        // What the dead one had sent has long arrived, and the new one has stored nothing yet.
        var before = await StoredAsync(cluster, videoId, 0);
        while (await StoredAsync(cluster, videoId, before) == before) await Task.Delay(LookEvery);
        return new Failover(toClaim.TotalMilliseconds, Stopwatch.GetElapsedTime(since).TotalMilliseconds);
    }

    /// <summary>Frames of the first object that lie in Redis, given that so many do.</summary>
    private static async Task<int> StoredAsync(TestCluster cluster, string videoId, int known)
    {
        for (var index = known / MaskBlock.Frames; ; index++)
        {
            var masks = (await cluster.Connection.Results.ReadBlockAsync(videoId, 1, index, CancellationToken.None))?.Masks.Count ?? 0;
            if (masks < MaskBlock.Frames) return index * MaskBlock.Frames + masks;
        }
    }

    /// <summary>Short videos until each of these nodes has done one, and so has its model loaded.</summary>
    private static async Task WarmUpAsync(TestCluster cluster, VideoRequest video, params NodeProcess[] cold)
    {
        var left = cold.Select(node => node.Name).ToHashSet(StringComparer.Ordinal);
        while (left.Count > 0)
        {
            // One for each node; a node that is still starting misses some.
            var job = await cluster.SubmitAsync([video, video], CancellationToken.None);
            for (var over = 0; over < job.Videos; over++)
                left.Remove((await cluster.HearAsync(line => line.EventId == NodeEvents.VideoIsOver, CancellationToken.None)).Node);
        }
    }

    /// <summary>Milliseconds from a kill.</summary>
    private sealed record Failover(double ToClaim, double ToFrame);
}
