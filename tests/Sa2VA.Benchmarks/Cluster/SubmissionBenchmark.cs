using System.Diagnostics;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>How fast a manifest is taken in, and how fast its messages leave the outbox, with a PostgreSQL of its own.</summary>
internal static class SubmissionBenchmark
{
    public static async Task RunAsync(BenchmarkArguments arguments)
    {
        var videos = arguments.Number("videos", 1_000_000);
        var folder = Directory.CreateTempSubdirectory("sa2va-benchmark-");
        // PostgreSQL does not run as root and has to get here as another user.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var server = new LocalPostgres(folder.FullName);
        await server.StartAsync(CancellationToken.None);
        try
        {
            await using var database = await PostgresDatabase.OpenAsync(
                await server.CreateSpaceAsync("benchmark", CancellationToken.None), options: null, time: null, CancellationToken.None);
            var jobs = new PostgresJobStore(database);
            await SubmitAsync(jobs, "warm-up", 1000);
            for (var run = 0; run < arguments.Number("repeat", 1); run++)
            {
                await MeasureAsync($"submitting {videos:N0} videos", videos, () => SubmitAsync(jobs, $"{run}", videos));
                await MeasureAsync("the same again under its key", videos, () => SubmitAsync(jobs, $"{run}", videos, isNew: false));
            }

            await MeasureAsync("taking messages from the outbox", Math.Min(videos, 100_000), async () =>
            {
                for (var left = Math.Min(videos, 100_000); left > 0;) left -= await jobs.PumpOutboxAsync(1000, static (_, _) => default, CancellationToken.None);
            });
        }
        finally
        {
            await server.StopAsync(CancellationToken.None);
            folder.Delete(recursive: true);
        }
    }

    private static async Task SubmitAsync(PostgresJobStore jobs, string key, int videos, bool isNew = true)
    {
        var receipt = await jobs.SubmitAsync(new JobRequest { Model = "sa2va-nano", Key = key }, ManifestAsync(videos), CancellationToken.None);
        if (receipt.Videos != videos || receipt.IsNew != isNew) throw new InvalidOperationException($"{receipt} is not what was submitted.");
    }

    private static async IAsyncEnumerable<VideoRequest> ManifestAsync(int videos)
    {
        for (var i = 0; i < videos; i++)
            yield return new VideoRequest($"s3://archive/2024/camera-{i % 100}/{i:D9}.mp4", [new RunTarget.Expression("the person in the red coat who waits at the crossing")], Name: $"clip {i}");
        await Task.CompletedTask;
    }

    private static async Task MeasureAsync(string what, int count, Func<Task> action)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await action();
        process.Refresh();
        Console.WriteLine(
            $"{what}: {watch.Elapsed.TotalSeconds:F1} s, {count / watch.Elapsed.TotalSeconds:N0} per second, processor time here {(process.TotalProcessorTime - before).TotalSeconds:F1} s, peak memory {ProcessMemory.PeakMebibytes()} MiB");
    }
}
