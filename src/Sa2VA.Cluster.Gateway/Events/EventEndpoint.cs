using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using FromHeaderAttribute = Microsoft.AspNetCore.Mvc.FromHeaderAttribute;
using Microsoft.Extensions.Options;
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

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/jobs/{job}/events", StreamAsync).RequireAuthorization(Scope.Read).WithTags("events").WithName("streamEvents")
        .WithSummary("What happens in a job, as server-sent events.").Produces<JobEvent>(contentType: "text/event-stream").ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> StreamAsync(
        string job, HttpContext context, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, ClusterConnection cluster, StreamSlots slots, IOptions<JsonOptions> json, TimeProvider time,
        IHostApplicationLifetime life, CancellationToken aborted)
    {
        if (await cluster.Jobs.FindJobAsync(job, aborted) is null) return Problem.NoJob(job);
        using var slot = slots.TryTake(context.User);
        if (slot is null) return StreamSlots.Refusal();
        // A gateway that ends lets its readers go, to another one.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, life.ApplicationStopping);
        IAsyncEnumerator<StoredJobEvent> events;
        try
        {
            events = cluster.Progress.ReadEventsAsync(job, lastEventId, stop.Token).GetAsyncEnumerator(CancellationToken.None);
        }
        catch (ArgumentException wrong)
        {
            return Problem.Of(StatusCodes.Status400BadRequest, $"Last-Event-ID: {wrong.Message}");
        }

        await using (events)
        {
            Task<bool> next;
            try
            {
                next = events.MoveNextAsync().AsTask();
                if (next.IsCompleted) await next;
            }
            catch (ArgumentException wrong)
            {
                return Problem.Of(StatusCodes.Status400BadRequest, $"Last-Event-ID: {wrong.Message}");
            }

            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            await context.Response.Body.FlushAsync(stop.Token);
            await WriteAsync(context.Response.Body, events, next, json.Value.SerializerOptions, time, stop.Token);
        }

        return TypedResults.Empty;
    }

    private static async Task WriteAsync(Stream body, IAsyncEnumerator<StoredJobEvent> events, Task<bool> next, JsonSerializerOptions json, TimeProvider time, CancellationToken stop)
    {
        for (; ; )
        {
            if (await Task.WhenAny(next, Task.Delay(Silence, time, stop)) != next)
            {
                if (stop.IsCancellationRequested) break;
                await body.WriteAsync(":\n\n"u8.ToArray(), stop);
            }
            else
            {
                if (!await next) return;
                await body.WriteAsync(Encoding.UTF8.GetBytes($"id: {events.Current.Id}\nevent: {events.Current.Event.Type}\ndata: {JsonSerializer.Serialize(events.Current.Event, json)}\n\n"), stop);
                next = events.MoveNextAsync().AsTask();
            }

            await body.FlushAsync(stop);
        }

        // The enumeration ends by itself, without an exception.
        await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
