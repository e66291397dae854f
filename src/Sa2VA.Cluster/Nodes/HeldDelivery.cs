using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Nodes;

/// <summary>The delivery that a session will settle: the latest of its work, as long as the session is not about to settle one. Thread-safe.</summary>
internal sealed class HeldDelivery(IWorkDelivery first)
{
    private readonly Lock _gate = new();
    private IWorkDelivery _latest = first;
    private bool _isSettling;

    /// <summary>The work.</summary>
    public WorkItem Item => Latest.Item;

    /// <summary>Whether somebody had taken it before.</summary>
    public bool IsRedelivered => Latest.IsRedelivered;

    private IWorkDelivery Latest
    {
        get
        {
            lock (_gate) return _latest;
        }
    }

    /// <summary>
    /// Takes over a second delivery of the same work: the broker took the first one back while its connection was gone, or the message
    /// was published twice. Returns the older one, to be settled, which does nothing where it is void; null when it is too late: the session is
    /// about to settle its own and end, and this one may be what it has just queued.
    /// </summary>
    public IWorkDelivery? Adopt(IWorkDelivery delivery)
    {
        lock (_gate)
        {
            if (_isSettling) return null;
            (var older, _latest) = (_latest, delivery);
            return older;
        }
    }

    /// <summary>The delivery, to be settled: it is the last one, see <see cref="Adopt"/>.</summary>
    public IWorkDelivery Settling()
    {
        lock (_gate)
        {
            _isSettling = true;
            return _latest;
        }
    }
}
