using System.Diagnostics;
using Sa2VA.Cluster.FaultTests;
using Sa2VA.Cluster.Gateway;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>
/// How long callers wait while a job runs with the small model and many watch it, and how much they slow it down: the same videos without watchers
/// and with them, in turns. Node, gateway and watchers share the processors of this machine.
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
        var (key, secret) = ApiKey.Create("benchmark", [Scope.Read], expires: null);
        ApiKeyFile.Add(folder.File("keys.json"), key);
        await using var app = GatewayApp.Create(Settings(folder, cluster.Endpoints, watchers), cluster.Connection);
        await app.StartAsync();
        await using var crowd = new WatcherCrowd(new Uri(app.Urls.Single()), secret);
        // Warms everything up, and is what masks are asked of.
        var shown = await RunAsync(cluster, videos.Take(2), "warm", during: null);
        var (quiet, watched) = (new List<double>(), new List<double>());
        for (var run = 0; run < arguments.Number("repeat", 3); run++)
        {
            quiet.Add((await RunAsync(cluster, videos, $"quiet-{run}", during: null)).FramesPerSecond);
            watched.Add((await RunAsync(cluster, videos, $"watched-{run}", (job, stop) => crowd.WatchAsync(job, shown.JobId + "-1", watchers, rate, stop))).FramesPerSecond);
            Console.WriteLine($"{quiet[^1]:F1} frames/s alone, {watched[^1]:F1} with {watchers} watchers and {rate} masks a second");
        }

        Console.WriteLine($"masks: {crowd.Masks.Count} answers, median {crowd.Masks.Median:F1} ms, p99 {crowd.Masks.At(0.99):F1} ms, largest {crowd.Masks.Largest:F1} ms; {crowd.Failures} failed; {crowd.Events} events were heard");
        var slowed = new Distribution(quiet.Zip(watched, (alone, beside) => (alone - beside) / alone));
        Console.WriteLine($"tracking was slowed by {slowed.Median:P1} ({slowed.Least:P1} to {slowed.Largest:P1})");
    }

    private static GatewaySettings Settings(TemporaryFolder folder, ClusterEndpoints servers, int watchers) => new()
    {
        Listen = "http://127.0.0.1:0", Servers = servers, Keys = folder.File("keys.json"), Models = [NanoModel.Name], ScratchFolder = folder.File("scratch"),
        Limits = new GatewayLimits { RequestsPerMinute = 1_000_000, StreamsPerKey = 2 * watchers },
    };

    private static VideoRequest VideoOf(TemporaryFolder folder, int number)
    {
        var clip = RefShapesVideo.Create(RefShapesSplit.Val, 0, number);
        return new VideoRequest(folder.File("val", "videos", $"{clip.Id}.mp4"), [.. clip.Expressions.Take(2).Select(sentence => new RunTarget.Expression(sentence.Text))], Name: clip.Id);
    }

    /// <summary>Frames a second from the end of the first video to that of the last.</summary>
    private static async Task<(string JobId, double FramesPerSecond)> RunAsync(TestCluster cluster, IEnumerable<VideoRequest> videos, string name, Func<string, CancellationToken, Task>? during)
    {
        await using var node = await NodeInProcess.ConnectAsync(cluster.Endpoints, name, slots: 1, services => services);
        var job = await cluster.SubmitAsync(videos, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var watching = during?.Invoke(job.JobId, stop.Token) ?? Task.CompletedTask;
        node.Start();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (node.Ears.TimesOf(NodeEvents.VideoIsOver).Count < job.Videos) await timer.WaitForNextTickAsync();
        await stop.CancelAsync();
        await watching;
        await node.DrainAsync();
        var views = await cluster.Connection.Jobs.ListVideosAsync(job.JobId, VideoState.Completed, after: null, (int)job.Videos, CancellationToken.None);
        if (views.Count != job.Videos) throw new InvalidOperationException("Not every video was completed.");
        var ends = node.Ears.TimesOf(NodeEvents.VideoIsOver);
        return (job.JobId, views.Average(view => view.FramesDone) * (ends.Count - 1) / Stopwatch.GetElapsedTime(ends[0], ends[^1]).TotalSeconds);
    }
}
