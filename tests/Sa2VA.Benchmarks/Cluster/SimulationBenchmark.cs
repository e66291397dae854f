using System.Diagnostics;
using Sa2VA.Cluster.FaultTests;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Simulation;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>
/// How many videos a second clusters of several sizes get through when the model costs a fixed time and no processor: what is missing to so
/// many times the throughput of one node is what the cluster costs.
/// </summary>
internal static class SimulationBenchmark
{
    public static async Task RunAsync(BenchmarkArguments arguments)
    {
        var video = new SimulatedVideo { Frames = arguments.Number("frames", 64), FrameTime = TimeSpan.FromMilliseconds(arguments.Number("frame-ms", 20)) };
        var ideal = 1 / (video.Frames * video.FrameTime).TotalSeconds;
        Console.WriteLine($"each video: {video.Frames} frames of {video.FrameTime.TotalMilliseconds} ms, so that a node without any cost does {ideal:F3} a second");
        await using var cluster = await TestCluster.StartAsync(moreAddresses: [], CancellationToken.None);
        double? one = null;
        for (var run = 0; run < arguments.Number("repeat", 1); run++)
        {
            foreach (var nodes in arguments.Numbers("nodes", "1,2,4,8"))
            {
                var rate = await MeasureAsync(cluster, nodes, arguments.Number("videos", arguments.Number("each", 20) * nodes), video);
                if (nodes == 1) one ??= rate;
                var linear = one is { } single ? $", {rate / nodes / single:P1} of linear" : "";
                Console.WriteLine($"{nodes} node(s): {rate:F2} videos/s{linear}, {rate / nodes / ideal:P1} of a model without a cluster");
            }
        }
    }

    private static async Task<double> MeasureAsync(TestCluster cluster, int count, int videos, SimulatedVideo video)
    {
        var nodes = new List<NodeInProcess>();
        try
        {
            for (var i = 0; i < count; i++)
                nodes.Add(await NodeInProcess.ConnectAsync(cluster.Endpoints, $"node-{i}", slots: 1, services => services.Simulating(video)));
            var watch = Stopwatch.StartNew();
            var job = await cluster.SubmitAsync(Enumerable.Range(0, videos).Select(i => new VideoRequest($"simulated-{i}.mp4", [new RunTarget.Expression("the star")])), CancellationToken.None);
            var submitted = watch.Elapsed;
            await QueueAsync(cluster, videos);
            Console.WriteLine($"{videos:N0} videos: submitted in {submitted.TotalSeconds:F1} s, queued in {(watch.Elapsed - submitted).TotalSeconds:F1} s ({videos / (watch.Elapsed - submitted).TotalSeconds:F0}/s)");

            var before = await ClusterFigures.ReadAsync(cluster);
            watch.Restart();
            foreach (var node in nodes) node.Start();
            await WaitAsync(cluster, job);
            var seconds = watch.Elapsed.TotalSeconds;
            var used = await ClusterFigures.ReadAsync(cluster) - before;
            foreach (var node in nodes) await node.DrainAsync();
            Console.WriteLine($"  {seconds:F0} s in all, {(used.Nodes + used.Postgres + used.RabbitMq + used.Redis) / seconds:F2} of {Environment.ProcessorCount} processors in use, peak memory of the nodes together {ProcessMemory.PeakMebibytes()} MiB");
            Console.WriteLine($"  {used.PerVideo(videos)}");
            return nodes.Sum(node => Rate(node.Ears.TimesOf(NodeEvents.VideoIsOver)));
        }
        finally
        {
            await Task.WhenAll(nodes.Select(node => node.DisposeAsync().AsTask()));
        }
    }

    /// <summary>Puts all work into the queue before it is measured how it is done.</summary>
    private static async Task QueueAsync(TestCluster cluster, int videos)
    {
        for (var left = videos; left > 0;)
            left -= await cluster.Connection.Jobs.PumpOutboxAsync(1000, cluster.Connection.Transport.PublishAsync, CancellationToken.None);
    }

    private static async Task WaitAsync(TestCluster cluster, JobReceipt job)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var last = 0L;
        var heard = Stopwatch.StartNew();
        while (await timer.WaitForNextTickAsync())
        {
            var states = (await cluster.Connection.Jobs.FindJobAsync(job.JobId, CancellationToken.None))!.ByState;
            if (states[VideoState.Completed] == job.Videos) return;
            if (heard.Elapsed < TimeSpan.FromMinutes(1)) continue;
            Console.WriteLine($"    {states[VideoState.Completed]:N0} done, {(states[VideoState.Completed] - last) / heard.Elapsed.TotalSeconds:F1} videos/s, memory of the nodes {ProcessMemory.ResidentMebibytes()} MiB");
            (last, heard) = (states[VideoState.Completed], Stopwatch.StartNew());
        }
    }

    /// <summary>The sum of what each node does between its first video and its last: neither their start nor the wait for the slowest counts.</summary>
    private static double Rate(IReadOnlyList<long> ends)
        => ends.Count < 2 ? 0 : (ends.Count - 1) / Stopwatch.GetElapsedTime(ends[0], ends[^1]).TotalSeconds;
}
