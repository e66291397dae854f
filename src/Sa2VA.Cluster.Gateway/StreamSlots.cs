using System.Security.Claims;
using Sa2VA.Cluster.Gateway.Problems;

namespace Sa2VA.Cluster.Gateway;

/// <summary>Counts the streams that each key has open, so that one caller cannot take all connections. Safe to use from several threads.</summary>
internal sealed class StreamSlots(GatewaySettings settings)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);

    /// <summary>A slot until it is disposed; null when the key has as many as it may.</summary>
    public IDisposable? TryTake(ClaimsPrincipal caller)
    {
        var key = caller.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        lock (_gate)
        {
            var open = _open.GetValueOrDefault(key);
            if (open >= settings.Limits.StreamsPerKey) return null;
            _open[key] = open + 1;
        }

        return new Slot(this, key);
    }

    public static IResult Refusal() => Problem.Of(StatusCodes.Status429TooManyRequests, "This key has too many streams open. Close one, or read with fewer at a time.");

    private void Give(string key)
    {
        lock (_gate)
        {
            if (_open[key] == 1) _open.Remove(key);
            else _open[key]--;
        }
    }

    private sealed class Slot(StreamSlots slots, string key) : IDisposable
    {
        private int _isGiven;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isGiven, 1) == 0) slots.Give(key);
        }
    }
}
