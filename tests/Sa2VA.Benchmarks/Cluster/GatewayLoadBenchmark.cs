using System.Diagnostics;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.FaultTests;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>
/// How long callers wait while a job runs with the small model and many watch it, and how much they slow it down: the same videos without watchers
/// and with them, in turns. Node, gateway, servers and watchers are processes of their own and share the processors of this machine.
/// </summary>
internal static class GatewayLoadBenchmark
{
    public static async Task RunAsync(BenchmarkArguments arguments)
    {
        var (watchers, rate, clips) = (arguments.Number("watchers", 200), arguments.Number("masks", 50), arguments.Number("videos", 12));
        using var folder = new TemporaryFolder();
        await RefShapesWriter.WriteAsync(
            new RefShapesWriteOptions { Split = RefShapesSplit.Val, Folder = folder.FullPath, Videos = clips, Layouts = default }, progress: null, CancellationToken.None);
        var videos = Enumerable.Range(0, clips).Select(number => VideoOf(folder, number)).ToList();

        await using var cluster = await TestCluster.StartAsync(moreAddresses: [], CancellationToken.None);
        cluster.NodeSettings.Remove("checkpoints");
        cluster.NodeSettings["devices"] = new JsonArray(new JsonObject { ["device"] = "cpu", ["slots"] = 1 });
        var node = cluster.StartNode();
        await using var gateway = await GatewayProcess.StartAsync(cluster, folder, 2 * watchers);
        await using var first = new WatcherCrowd(gateway.Address, gateway.Secret);
        try
        {
            // Warms everything up.
            var shown = (await RunAsync(cluster, videos.Take(2), during: null)).JobId + "-1";
            await RunAsync(cluster, videos.Take(4), (job, stop) => first.WatchAsync(job, shown, watchers, rate, stop));
            await using var crowd = new WatcherCrowd(gateway.Address, gateway.Secret);
            var (quiet, watched) = (new List<double>(), new List<double>());
            for (var run = 0; run < arguments.Number("repeat", 3); run++)
            {
                quiet.Add((await RunAsync(cluster, videos, during: null)).FramesPerSecond);
                var before = Costs.Now(gateway.Id, node.Id);
                watched.Add((await RunAsync(cluster, videos, (job, stop) => crowd.WatchAsync(job, shown, watchers, rate, stop))).FramesPerSecond);
                Console.WriteLine($"{quiet[^1]:F1} frames/s alone, {watched[^1]:F1} with {watchers} watchers and {rate} masks a second; {Costs.Now(gateway.Id, node.Id) - before}");
            }

            Console.WriteLine($"masks: {crowd.Masks.Count} answers, median {crowd.Masks.Median:F1} ms, p90 {crowd.Masks.At(0.9):F1} ms, p99 {crowd.Masks.At(0.99):F1} ms, largest {crowd.Masks.Largest:F1} ms; {crowd.Failures} failed; {crowd.Events} events were heard");
            var slowed = new Distribution(quiet.Zip(watched, (alone, beside) => (alone - beside) / alone));
            Console.WriteLine($"tracking was slowed by {slowed.Median:P1} ({slowed.Least:P1} to {slowed.Largest:P1})");
        }
        catch (TimeoutException)
        {
            Console.Error.WriteLine(node.Said);
            throw;
        }
    }

    private static VideoRequest VideoOf(TemporaryFolder folder, int number)
    {
        var clip = RefShapesVideo.Create(RefShapesSplit.Val, 0, number);
        return new VideoRequest(folder.File("val", "videos", $"{clip.Id}.mp4"), [.. clip.Expressions.Take(2).Select(sentence => new RunTarget.Expression(sentence.Text))], Name: clip.Id);
    }

    /// <summary>Frames a second from the end of the first video to that of the last.</summary>
    private static async Task<(string JobId, double FramesPerSecond)> RunAsync(TestCluster cluster, IEnumerable<VideoRequest> videos, Func<string, CancellationToken, Task>? during)
    {
        var job = await cluster.SubmitAsync(videos, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var watching = during?.Invoke(job.JobId, stop.Token) ?? Task.CompletedTask;
        var ends = new List<long>();
        while (ends.Count < job.Videos)
        {
            await cluster.HearAsync(line => line.EventId == NodeEvents.VideoIsOver, CancellationToken.None);
            ends.Add(Stopwatch.GetTimestamp());
        }

        await stop.CancelAsync();
        await watching;
        var views = await cluster.Connection.Jobs.ListVideosAsync(job.JobId, VideoState.Completed, after: null, (int)job.Videos, CancellationToken.None);
        if (views.Count != job.Videos) throw new InvalidOperationException("Not every video was completed.");
        return (job.JobId, views.Average(view => view.FramesDone) * (ends.Count - 1) / Stopwatch.GetElapsedTime(ends[0], ends[^1]).TotalSeconds);
    }

    /// <summary>Seconds of processor time so far; watchers are this process.</summary>
    private sealed record Costs(double Clock, double Gateway, double Node, double Servers, double Watchers)
    {
        public static Costs Now(int gateway, int node)
        {
            var (all, ofGateway, ofNode, own) = (
                ProcessorTime.OfTree(Environment.ProcessId), ProcessorTime.OfTree(gateway), ProcessorTime.OfTree(node), Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds);
            return new Costs(Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, ofGateway, ofNode, all - ofGateway - ofNode - own, own);
        }

        public static Costs operator -(Costs after, Costs before) => new(
            after.Clock - before.Clock, after.Gateway - before.Gateway, after.Node - before.Node, after.Servers - before.Servers, after.Watchers - before.Watchers);

        public override string ToString() => $"processor time in {Clock:F1} s: gateway {Gateway:F2} s, node {Node:F2} s, servers {Servers:F2} s, watchers {Watchers:F2} s";
    }
}
