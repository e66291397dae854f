using System.Diagnostics;
using System.Globalization;
using Sa2VA.Cluster.FaultTests;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>
/// What journal, queue and Redis cost with the small model: the same videos by the embedded mode with its files in memory and by a node, in
/// turns; and how long the node's calls to the servers take.
/// </summary>
internal static class OverheadBenchmark
{
    // A file system in memory: the embedded side is then as good as free of storage.
    private const string Memory = "/dev/shm";

    public static async Task RunAsync(BenchmarkArguments arguments)
    {
        var clips = arguments.Number("videos", 12);
        using var folder = new TemporaryFolder();
        await RefShapesWriter.WriteAsync(
            new RefShapesWriteOptions { Split = RefShapesSplit.Val, Folder = folder.FullPath, Videos = clips, Layouts = default }, progress: null, CancellationToken.None);
        var videos = new List<VideoRequest>();
        for (var i = 0; i < clips; i++) videos.Add(await VideoAsync(folder, i, arguments.Number("loops", 1)));

        await using var cluster = await TestCluster.StartAsync(moreAddresses: [], CancellationToken.None);
        await using var model = new ModelHost(NanoModel.Folder, "cpu");
        await EmbeddedAsync(videos.Take(2), model);
        var (embedded, clustered, direct) = (new List<double>(), new List<double>(), new List<double>());
        for (var run = 0; run < arguments.Number("repeat", 5); run++)
        {
            embedded.Add(await EmbeddedAsync(videos, model));
            var times = new CallTimes();
            clustered.Add(await ClusteredAsync(cluster, videos, run, times));
            var share = new[] { TimedServices.Journal, TimedServices.Jobs, TimedServices.Queue, TimedServices.Masks }.Sum(times.Sum) / videos.Count / clustered[^1];
            direct.Add(share);
            Console.WriteLine($"embedded {embedded[^1]:F1} ms a video, by a node {clustered[^1]:F1} ms");
            times.Print(videos.Count);
            Console.WriteLine($"  calls: journal {Share(TimedServices.Journal)}, jobs {Share(TimedServices.Jobs)}, queue {Share(TimedServices.Queue)}, masks {Share(TimedServices.Masks)}, these together {share:P2}; states {Share(TimedServices.States)} of the run time");

            string Share(string kind) => (times.Sum(kind) / videos.Count / clustered[^1]).ToString("P2", CultureInfo.InvariantCulture);
        }

        var differences = new Distribution(embedded.Zip(clustered, (one, other) => (other - one) / other));
        Console.WriteLine($"medians of {embedded.Count} runs: embedded {new Distribution(embedded).Median:F1} ms a video, by a node {new Distribution(clustered).Median:F1} ms; difference {differences.Median:P2} ({differences.Least:P2} to {differences.Largest:P2}) of the run time; in calls to journal, jobs, queue and masks {new Distribution(direct).Median:P2}");
    }

    private static async Task<VideoRequest> VideoAsync(TemporaryFolder folder, int number, int loops)
    {
        var clip = RefShapesVideo.Create(RefShapesSplit.Val, 0, number);
        var file = folder.File("val", "videos", $"{clip.Id}.mp4");
        if (loops > 1) await LongerClip.WriteAsync(file, loops, file = folder.File($"{clip.Id}-long.mp4"));
        return new VideoRequest(file, [.. clip.Expressions.Take(2).Select(sentence => new RunTarget.Expression(sentence.Text))], Name: clip.Id);
    }

    /// <summary>Milliseconds a video, without the first.</summary>
    private static async Task<double> EmbeddedAsync(IEnumerable<VideoRequest> videos, ModelHost model)
    {
        var work = Directory.CreateDirectory(Path.Combine(Memory, $"sa2va-benchmark-{Environment.ProcessId}"));
        try
        {
            var (since, done) = (0L, 0);
            foreach (var video in videos)
            {
                var result = await VideoRun.ExecuteAsync(
                    new RunRequest { Video = video.Source, ModelFolder = NanoModel.Folder, WorkFolder = Path.Combine(work.FullName, video.Name!), Targets = video.Targets }, model);
                if (result.Outcome != RunOutcome.Completed) throw new InvalidOperationException($"'{video.Source}' did not run: {result.Failure?.Message}");
                if (done++ == 0) since = Stopwatch.GetTimestamp();
            }

            return Stopwatch.GetElapsedTime(since).TotalMilliseconds / (done - 1);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    /// <inheritdoc cref="EmbeddedAsync"/>
    private static async Task<double> ClusteredAsync(TestCluster cluster, IReadOnlyList<VideoRequest> videos, int run, CallTimes times)
    {
        await using var node = await NodeInProcess.ConnectAsync(cluster.Endpoints, $"node-{run}", slots: 1, services => services.Timed(times));
        var job = await cluster.SubmitAsync(videos, CancellationToken.None);
        for (var left = videos.Count; left > 0;)
            left -= await cluster.Connection.Jobs.PumpOutboxAsync(1000, cluster.Connection.Transport.PublishAsync, CancellationToken.None);
        node.Start();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (node.Ears.TimesOf(NodeEvents.VideoIsOver).Count < videos.Count) await timer.WaitForNextTickAsync();
        await node.DrainAsync();
        var view = await cluster.Connection.Jobs.FindJobAsync(job.JobId, CancellationToken.None);
        if (view!.ByState[VideoState.Completed] != videos.Count) throw new InvalidOperationException("Not every video was completed.");
        var ends = node.Ears.TimesOf(NodeEvents.VideoIsOver);
        return Stopwatch.GetElapsedTime(ends[0], ends[^1]).TotalMilliseconds / (ends.Count - 1);
    }
}
