using Sa2VA.Cluster.Gateway.Problems;

namespace Sa2VA.Cluster.Gateway.Pixels;

/// <summary>How many overlays and exports are made at once: each takes a processor and a folder. Whoever comes too many is told to come again.</summary>
internal sealed class RenderSlots(GatewaySettings settings) : IDisposable
{
    private const int RetrySeconds = 10;

    private readonly SemaphoreSlim _free = new(settings.Limits.RendersAtOnce);

    /// <summary>A slot until it is disposed; null when there is none.</summary>
    public IDisposable? TryTake() => _free.Wait(0) ? new Slot(_free) : null;

    public static IResult Refusal(HttpContext context)
    {
        context.Response.Headers.RetryAfter = $"{RetrySeconds}";
        return Problem.Of(StatusCodes.Status429TooManyRequests, "Too many overlays and exports are made at the moment. Try again soon.");
    }

    public void Dispose() => _free.Dispose();

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        private int _isGiven;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isGiven, 1) == 0) free.Release();
        }
    }
}
