using Microsoft.AspNetCore.Http.HttpResults;
using Sa2VA.Cluster.Gateway.Problems;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Nodes;

namespace Sa2VA.Cluster.Gateway.Operations;

/// <summary>The cluster itself: nodes, queues, models, dead letters.</summary>
internal static class ClusterEndpoints
{
    private const int MostListed = 1000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/cluster", FindAsync).RequireAuthorization(Scope.Read).WithTags("cluster").WithName("getCluster").WithSummary("Nodes and what they have in hand, queues, and the models that jobs may ask for.");
        api.MapGet("/dead", ListDeadAsync).RequireAuthorization(Scope.Operate).WithTags("cluster").WithName("listDead").WithSummary("Work that was given up, oldest first, and why.");
        api.MapDelete("/dead/{video}", ForgetDeadAsync).RequireAuthorization(Scope.Operate).WithTags("cluster").WithName("forgetDead").WithSummary("Take a video's work off that list.");
    }

    private static async Task<Ok<ClusterBody>> FindAsync(ClusterConnection cluster, GatewaySettings settings, TimeProvider time, CancellationToken stop)
    {
        var queues = await cluster.Transport.LengthsAsync(stop);
        var nodes = await cluster.Nodes.ListAsync(stop);
        return TypedResults.Ok(new ClusterBody(
            [.. settings.Models.Order(StringComparer.Ordinal)], [.. queues.Select(queue => new QueueBody(queue.Kind, queue.Priority, queue.Waiting))],
            await cluster.Transport.CountDeadAsync(stop), [.. nodes.Select(known => NodeBody.Of(known, time.GetUtcNow()))]));
    }

    private static async Task<Results<Ok<IReadOnlyList<DeadBody>>, ProblemHttpResult>> ListDeadAsync(ClusterConnection cluster, CancellationToken stop, int limit = 100)
    {
        if (limit is < 1 or > MostListed) return Problem.Of(StatusCodes.Status400BadRequest, $"limit is {limit}; it may be 1 to {MostListed}.");
        return TypedResults.Ok<IReadOnlyList<DeadBody>>([.. (await cluster.Transport.DeadWorkAsync(limit, stop)).Select(dead => new DeadBody(dead.Item.VideoId, dead.Reason, dead.At))]);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ForgetDeadAsync(string video, ClusterConnection cluster, CancellationToken stop) =>
        await cluster.Transport.ForgetDeadAsync(video, stop) ? TypedResults.NoContent() : Problem.Of(StatusCodes.Status404NotFound, $"'{video}' is not among the dead.");
}
