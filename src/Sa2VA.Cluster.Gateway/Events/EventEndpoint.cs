using System.IO.Pipelines;
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
    // Proxies close connections on which nothing is said.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);
    private static readonly byte[] KeepAlive = ":\n\n"u8.ToArray();

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
        // A gateway that ends lets its readers go, to another one.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, life.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await context.Response.Body.FlushAsync(stop.Token);
        await using var seat = feeds.Take(job, seen);
        await WriteAsync(context.Response.BodyWriter, seat.Feed.ReadAsync(seen, stop.Token), time, stop);
        return TypedResults.Empty;
    }

    private static async Task WriteAsync(PipeWriter body, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, TimeProvider time, CancellationTokenSource stop)
    {
        await using var piece = pieces.GetAsyncEnumerator(CancellationToken.None);
        var next = Task.FromResult(true);
        try
        {
            for (; ; )
            {
                next = piece.MoveNextAsync().AsTask();
                for (; ; )
                {
                    await ((Task)next).WaitAsync(Silence, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    if (next.IsCompleted) break;
                    await body.WriteAsync(KeepAlive, stop.Token);
                }

                if (!await next) return;
                await body.WriteAsync(piece.Current, stop.Token);
            }
        }
        finally
        {
            // A reader that is gone leaves no read behind.
            await stop.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
