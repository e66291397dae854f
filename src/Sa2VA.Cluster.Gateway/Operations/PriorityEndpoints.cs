using Microsoft.AspNetCore.Http.HttpResults;
using Sa2VA.Cluster.Gateway.Jobs;
using Sa2VA.Cluster.Gateway.Problems;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Gateway.Operations;

/// <summary>How urgent jobs and videos are, changed while they wait.</summary>
internal static class PriorityEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/jobs/{job}/priority", OfJobAsync).RequireAuthorization(Scope.Submit).WithTags("jobs").WithName("prioritizeJob").WithSummary("Make a job more or less urgent; what waits is moved to the other queue.");
        api.MapPost("/videos/{video}/priority", OfVideoAsync).RequireAuthorization(Scope.Submit).WithTags("videos").WithName("prioritizeVideo").WithSummary("Make one video more or less urgent than its job.");
    }

    private static async Task<Results<Ok<Changed>, ProblemHttpResult>> OfJobAsync(string job, NewPriority body, ClusterConnection cluster, CancellationToken stop)
    {
        if (await cluster.Jobs.FindJobAsync(job, stop) is null) return Problem.NoJob(job);
        if (await cluster.Jobs.IsOverAsync(job, stop)) return Over(job);
        return TypedResults.Ok(new Changed(await cluster.Jobs.PrioritizeAsync(job, videoId: null, body.Priority, stop)));
    }

    private static async Task<Results<Ok<Changed>, ProblemHttpResult>> OfVideoAsync(string video, NewPriority body, ClusterConnection cluster, CancellationToken stop)
    {
        if (await cluster.Jobs.FindVideoAsync(video, stop) is not { } view) return Problem.NoVideo(video);
        if (view.State is not (VideoState.Waiting or VideoState.Running or VideoState.Paused)) return Over(video);
        return TypedResults.Ok(new Changed(await cluster.Jobs.PrioritizeAsync(view.JobId, video, body.Priority, stop)));
    }

    private static ProblemHttpResult Over(string id) => Problem.Of(StatusCodes.Status409Conflict, $"'{id}' is over; nothing of it waits.");
}

/// <summary>How urgent something is to be.</summary>
/// <param name="Priority">The queue that it waits in.</param>
public sealed record NewPriority(WorkPriority Priority);
