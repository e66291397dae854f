using FromHeaderAttribute = Microsoft.AspNetCore.Mvc.FromHeaderAttribute;
using Sa2VA.Cluster.Gateway.Problems;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Gateway.Events;

/// <summary>
/// A job's events as server-sent events. A reader that lost its connection says with <c>Last-Event-ID</c> what it has seen and misses nothing
/// that is kept; browsers do so by themselves.
/// </summary>
internal static class EventEndpoint
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/jobs/{job}/events", StreamAsync).RequireAuthorization(Scope.Read).WithTags("events").WithName("streamEvents")
        .WithSummary("What happens in a job, as server-sent events.").Produces<JobEvent>(contentType: "text/event-stream").ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> StreamAsync(
        string job, HttpContext context, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, ClusterConnection cluster, JobFeeds feeds, StreamSlots slots, TimeProvider time,
        IHostApplicationLifetime life, CancellationToken aborted)
    {
        if (!feeds.IsHeard(job) && await cluster.Jobs.FindJobAsync(job, aborted) is null) return Problem.NoJob(job);
        JobEventId seen;
        try
        {
            seen = lastEventId is null ? default : JobEventId.Parse(lastEventId);
        }
        catch (ArgumentException wrong)
        {
            return Problem.Of(StatusCodes.Status400BadRequest, $"Last-Event-ID: {wrong.Message}");
        }

        using var slot = slots.TryTake(context.User);
        if (slot is null) return StreamSlots.Refusal();
        await using var seat = feeds.Take(job, seen);
        await ServerSentEvents.SendAsync(context, stop => seat.Feed.ReadAsync(seen, stop), time, life);
        return TypedResults.Empty;
    }
}
