using System.IO.Pipelines;

namespace Sa2VA.Cluster.Gateway.Events;

/// <summary>Sends events as they come, and a sign of life where none does.</summary>
internal static class ServerSentEvents
{
    // Proxies close connections on which nothing is said.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);
    private static readonly byte[] KeepAlive = ":\n\n"u8.ToArray();

    /// <summary>Sends until there is no more, the reader is gone, or the gateway ends.</summary>
    /// <param name="context">The request, of which nothing was answered yet.</param>
    /// <param name="pieces">Whole events; the token ends them without an exception.</param>
    /// <param name="time">The clock.</param>
    /// <param name="life">A gateway that ends lets its readers go, to another one.</param>
    public static async Task SendAsync(HttpContext context, Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> pieces, TimeProvider time, IHostApplicationLifetime life)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, life.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await context.Response.Body.FlushAsync(stop.Token);
        await WriteAsync(context.Response.BodyWriter, pieces(stop.Token), time, stop);
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
