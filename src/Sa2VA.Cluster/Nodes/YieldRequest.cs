using Sa2VA.Cluster.Telemetry;

namespace Sa2VA.Cluster.Nodes;

/// <summary>Why a session hands its video over before it is over: for the metrics, and in words.</summary>
internal readonly record struct YieldReason(HandOverReason Kind, string Words)
{
    /// <summary>Somebody holds it back.</summary>
    public static YieldReason Held { get; } = new(HandOverReason.Held, "it is held back");
}

/// <summary>Whether a session has been told to stop at the next frame boundary, and why. The first reason counts. Thread-safe.</summary>
internal sealed class YieldRequest
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _made = new();
    private YieldReason _reason;

    /// <summary>Whether it has been made.</summary>
    public bool IsMade => _made.IsCancellationRequested;

    /// <summary>Cancelled once it has been made.</summary>
    public CancellationToken Token => _made.Token;

    /// <summary>Why; of use once it has been made.</summary>
    public YieldReason Reason
    {
        get
        {
            lock (_gate) return _reason;
        }
    }

    /// <summary>Makes it.</summary>
    public void Make(YieldReason reason)
    {
        lock (_gate)
        {
            if (IsMade) return;
            _reason = reason;
        }

        _made.Cancel();
    }
}
