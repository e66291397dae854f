using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cli.Clustering;

/// <summary>What <c>sa2va cluster submit</c> and its kin do.</summary>
internal static class JobSession
{
    private const int Page = 500;

    public static Task<int> SubmitAsync(string settings, string manifest, JobRequest request, JobQuestions questions, bool json, CancellationToken stop)
        => ClusterClient.WithAsync(
            settings,
            async (cluster, known) =>
            {
                if (!known.Models.ContainsKey(request.Model))
                    throw new CliException(ExitCodes.Usage, $"--model is '{request.Model}'; this cluster knows {string.Join(", ", known.Models.Keys.Order(StringComparer.Ordinal))}.");
                await using var lines = Open(manifest);
                using var export = TelemetryExport.Start(known.Telemetry with { ServiceName = "sa2va" }, Environment.MachineName);
                using var span = ClusterTracing.StartSubmission();
                try
                {
                    var receipt = await cluster.Jobs.SubmitAsync(request, ManifestReader.ReadAsync(lines, questions, stop), stop);
                    span?.SetTag("sa2va.job.id", receipt.JobId);
                    Say(json, receipt.IsNew ? $"job {receipt.JobId}: {receipt.Videos} video(s)" : $"job {receipt.JobId} was submitted before: {receipt.Videos} video(s)", new JsonObject
                    {
                        ["type"] = "job", ["jobId"] = receipt.JobId, ["videos"] = receipt.Videos, ["isNew"] = receipt.IsNew,
                    });
                    return ExitCodes.Success;
                }
                catch (JobRefusedException refused)
                {
                    span.Fail(refused);
                    throw new CliException(ExitCodes.Usage, refused.Message, refused);
                }
            },
            stop);

    public static Task<int> ListJobsAsync(string settings, int limit, bool json, CancellationToken stop)
        => ClusterClient.WithAsync(
            settings,
            async (cluster, _) =>
            {
                foreach (var job in await cluster.Jobs.ListJobsAsync(before: null, limit, stop))
                {
                    var states = job.ByState.Where(state => state.Value > 0).OrderBy(state => state.Key).ToList();
                    Say(
                        json,
                        $"{job.JobId}  {job.SubmittedAt.ToString("u", CultureInfo.InvariantCulture)}  {Name(job.Request.Priority),-6}  {string.Join(", ", states.Select(state => $"{state.Value} {Name(state.Key)}"))}{(job.IsHeld ? " (held)" : "")}{(job.Request.Title is { } title ? $"  {title}" : "")}",
                        new JsonObject
                        {
                            ["type"] = "job", ["jobId"] = job.JobId, ["key"] = job.Request.Key, ["title"] = job.Request.Title, ["submittedAt"] = job.SubmittedAt, ["videos"] = job.Videos,
                            ["isHeld"] = job.IsHeld, ["byState"] = new JsonObject(states.Select(state => KeyValuePair.Create(Name(state.Key), (JsonNode?)state.Value))),
                        });
                }

                return ExitCodes.Success;
            },
            stop);

    public static Task<int> ListVideosAsync(string settings, string job, VideoState? state, bool json, CancellationToken stop)
        => ClusterClient.WithAsync(
            settings,
            async (cluster, _) =>
            {
                await FindAsync(cluster, job, stop);
                string? after = null;
                for (; ; )
                {
                    var page = await cluster.Jobs.ListVideosAsync(job, state, after, Page, stop);
                    foreach (var video in page)
                    {
                        Say(
                            json,
                            $"{video.VideoId}  {Name(video.State),-9}  {video.FramesDone}/{(video.FramesTotal is { } total ? total.ToString(CultureInfo.InvariantCulture) : "?")}  {video.Request.Name ?? video.Request.Source}{(video.ReusedFrom is null ? "" : $"  reused from {video.ReusedFrom}")}{(video.Error is null ? "" : $"  {video.Error}")}",
                            new JsonObject
                            {
                                ["type"] = "video", ["videoId"] = video.VideoId, ["state"] = Name(video.State), ["source"] = video.Request.Source, ["name"] = video.Request.Name,
                                ["framesDone"] = video.FramesDone, ["framesTotal"] = video.FramesTotal, ["attempts"] = video.Attempts, ["owner"] = video.Owner, ["error"] = video.Error,
                                ["reusedFrom"] = video.ReusedFrom,
                            });
                    }

                    if (page.Count < Page) return ExitCodes.Success;
                    after = page[^1].VideoId;
                }
            },
            stop);

    public static Task<int> CancelAsync(string settings, string job, string? video, string reason, CancellationToken stop)
        => ClusterClient.WithAsync(
            settings,
            async (cluster, _) =>
            {
                await FindAsync(cluster, job, stop);
                await using var news = new EventPublisher(cluster.Progress, cluster.Jobs.IsOverAsync);
                var mailer = new VideoMailer(cluster.Transport, cluster.Journal, $"cancel on {Environment.MachineName}", TimeProvider.System, news.Tell);
                if (video is not null)
                {
                    await mailer.CancelAsync(await OfAsync(cluster, job, video, stop), reason, stop);
                    Console.Out.WriteLine("1 video cancelled");
                    return ExitCodes.Success;
                }

                // First no more of it begins, then what has not ended is ended.
                await cluster.Jobs.HoldAsync(job, videoId: null, stop);
                var (cancelled, after) = (0, (string?)null);
                for (; ; )
                {
                    var page = await cluster.Jobs.ListUnfinishedAsync(job, after, Page, stop);
                    foreach (var one in page) await mailer.CancelAsync(one.VideoId, reason, stop);
                    cancelled += page.Count;
                    if (page.Count < Page) break;
                    after = page[^1].VideoId;
                }

                Console.Out.WriteLine($"{cancelled} video(s) cancelled");
                return ExitCodes.Success;
            },
            stop);

    public static Task<int> HoldAsync(string settings, string job, string? video, CancellationToken stop)
        => ClusterClient.WithAsync(
            settings,
            async (cluster, _) =>
            {
                await FindAsync(cluster, job, stop);
                if (video is not null) await OfAsync(cluster, job, video, stop);
                if (!await cluster.Jobs.HoldAsync(job, video, stop)) throw new CliException(ExitCodes.Usage, $"'{video ?? job}' is over; there is nothing to hold back.");
                var mailer = new VideoMailer(cluster.Transport, cluster.Journal, Environment.MachineName, TimeProvider.System);
                string[] running = video is null ? [.. (await cluster.Jobs.ListVideosAsync(job, VideoState.Running, after: null, Page, stop)).Select(one => one.VideoId)] : [video];
                foreach (var one in running) await mailer.HoldAsync(one, stop);
                Console.Out.WriteLine("held back");
                return ExitCodes.Success;
            },
            stop);

    public static Task<int> ReleaseAsync(string settings, string job, string? video, CancellationToken stop)
        => ClusterClient.WithAsync(
            settings,
            async (cluster, _) =>
            {
                await FindAsync(cluster, job, stop);
                Console.Out.WriteLine($"{await cluster.Jobs.ReleaseAsync(job, video, stop)} video(s) go on");
                return ExitCodes.Success;
            },
            stop);

    public static Task<int> RetryAsync(string settings, string job, string? video, CancellationToken stop)
        => ClusterClient.WithAsync(
            settings,
            async (cluster, _) =>
            {
                await FindAsync(cluster, job, stop);
                var again = await cluster.Jobs.RetryAsync(job, video, stop);
                foreach (var dead in (await cluster.Transport.DeadWorkAsync(int.MaxValue, stop)).Where(dead => video is null ? dead.Item.VideoId.StartsWith(job + "-", StringComparison.Ordinal) : dead.Item.VideoId == video))
                    await cluster.Transport.ForgetDeadAsync(dead.Item.VideoId, stop);
                Console.Out.WriteLine($"{again} video(s) are tried again");
                return ExitCodes.Success;
            },
            stop);

    public static Task<int> ListDeadAsync(string settings, int limit, bool json, CancellationToken stop)
        => ClusterClient.WithAsync(
            settings,
            async (cluster, _) =>
            {
                foreach (var dead in await cluster.Transport.DeadWorkAsync(limit, stop))
                {
                    Say(json, $"{dead.Item.VideoId}  {dead.At.ToString("u", CultureInfo.InvariantCulture)}  {dead.Reason}", new JsonObject
                    {
                        ["type"] = "dead", ["videoId"] = dead.Item.VideoId, ["at"] = dead.At, ["reason"] = dead.Reason,
                    });
                }

                return ExitCodes.Success;
            },
            stop);

    public static void Say(bool json, string text, JsonObject machine) => Console.Out.WriteLine(json ? machine.ToJsonString() : text);

    private static Stream Open(string manifest)
    {
        try
        {
            return manifest == "-" ? Console.OpenStandardInput() : File.OpenRead(manifest);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"The manifest '{manifest}' cannot be read: {failure.Message}", failure);
        }
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static async Task FindAsync(ClusterConnection cluster, string job, CancellationToken stop)
    {
        if (await cluster.Jobs.FindJobAsync(job, stop) is null) throw new CliException(ExitCodes.Usage, $"There is no job '{job}'; 'sa2va cluster jobs' lists them.");
    }

    private static async Task<string> OfAsync(ClusterConnection cluster, string job, string video, CancellationToken stop)
        => (await cluster.Jobs.FindVideoAsync(video, stop))?.JobId == job ? video : throw new CliException(ExitCodes.Usage, $"Job '{job}' has no video '{video}'; 'sa2va cluster videos {job}' lists them.");
}
