using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Sa2VA.Cluster.Gateway.Jobs;
using Sa2VA.Cluster.Gateway.Problems;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Gateway.Videos;

/// <summary>Videos of jobs: look, cancel, hold, release, retry.</summary>
internal static class VideoEndpoints
{
    private const int MostListed = 500;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/jobs/{job}/videos", ListAsync).RequireAuthorization(Scope.Read).WithTags("videos").WithName("listVideos").WithSummary("A job's videos in the order of its manifest.");
        var videos = api.MapGroup("/videos/{video}").WithTags("videos");
        videos.MapGet("/", FindAsync).RequireAuthorization(Scope.Read).WithName("getVideo").WithSummary("A video and how far it is.");
        videos.MapPost("/cancel", CancelAsync).RequireAuthorization(Scope.Submit).WithName("cancelVideo").WithSummary("Stop a video for good.");
        videos.MapPost("/hold", HoldAsync).RequireAuthorization(Scope.Submit).WithName("holdVideo").WithSummary("Hold a video back; it is handed over first when it runs.");
        videos.MapPost("/release", ReleaseAsync).RequireAuthorization(Scope.Submit).WithName("releaseVideo").WithSummary("Let a video that was held back go on.");
        videos.MapPost("/retry", RetryAsync).RequireAuthorization(Scope.Submit).WithName("retryVideo").WithSummary("Try a failed or dead video again.");
    }

    private static async Task<Results<Ok<Page<VideoBody>>, ProblemHttpResult>> ListAsync(
        string job, ClusterConnection cluster, CancellationToken stop, Choice<VideoState>? state = null, string? after = null, int limit = 100)
    {
        if (limit is < 1 or > MostListed) return Problem.Of(StatusCodes.Status400BadRequest, $"limit is {limit}; it may be 1 to {MostListed}.");
        if (await cluster.Jobs.FindJobAsync(job, stop) is null) return Problem.NoJob(job);
        var views = await cluster.Jobs.ListVideosAsync(job, state?.Value, after, limit, stop);
        var items = new List<VideoBody>();
        foreach (var view in views) items.Add(VideoBody.Of(view, await ProgressAsync(cluster, view, stop)));
        return TypedResults.Ok(new Page<VideoBody>(items, views.Count == limit ? views[^1].VideoId : null));
    }

    private static async Task<IResult> FindAsync(string video, HttpRequest request, ClusterConnection cluster, CancellationToken stop) =>
        await cluster.Jobs.FindVideoAsync(video, stop) is { } view
            ? ETagged.Json(request, VideoBody.Of(view, await ProgressAsync(cluster, view, stop)))
            : Problem.NoVideo(video);

    private static async Task<Results<NoContent, ProblemHttpResult>> CancelAsync(
        string video, [FromBody(EmptyBodyBehavior = Microsoft.AspNetCore.Mvc.ModelBinding.EmptyBodyBehavior.Allow)] Cancellation? body, ClusterConnection cluster, VideoMailer mailer,
        ClaimsPrincipal caller, CancellationToken stop)
    {
        if (await cluster.Jobs.FindVideoAsync(video, stop) is null) return Problem.NoVideo(video);
        await mailer.CancelAsync(video, JobEndpoints.ReasonOf(body, caller), stop);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> HoldAsync(string video, ClusterConnection cluster, VideoMailer mailer, CancellationToken stop)
    {
        if (await cluster.Jobs.FindVideoAsync(video, stop) is not { } view) return Problem.NoVideo(video);
        if (!await cluster.Jobs.HoldAsync(view.JobId, video, stop)) return Problem.Of(StatusCodes.Status409Conflict, $"'{video}' is over; there is nothing to hold back.");
        await mailer.HoldAsync(video, stop);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<Changed>, ProblemHttpResult>> ReleaseAsync(string video, ClusterConnection cluster, CancellationToken stop) =>
        await cluster.Jobs.FindVideoAsync(video, stop) is { } view ? TypedResults.Ok(new Changed(await cluster.Jobs.ReleaseAsync(view.JobId, video, stop))) : Problem.NoVideo(video);

    private static async Task<Results<Ok<Changed>, ProblemHttpResult>> RetryAsync(string video, ClusterConnection cluster, CancellationToken stop)
    {
        if (await cluster.Jobs.FindVideoAsync(video, stop) is not { } view) return Problem.NoVideo(video);
        var again = await cluster.Jobs.RetryAsync(view.JobId, video, stop);
        await cluster.Transport.ForgetDeadAsync(video, stop);
        return TypedResults.Ok(new Changed(again));
    }

    private static async Task<Progress.VideoProgress?> ProgressAsync(ClusterConnection cluster, VideoView view, CancellationToken stop) =>
        view.State == VideoState.Running ? await cluster.Progress.ReadVideoAsync(view.VideoId, stop) : null;
}
