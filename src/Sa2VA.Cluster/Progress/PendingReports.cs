using System.Diagnostics.CodeAnalysis;

namespace Sa2VA.Cluster.Progress;

/// <summary>Reports that wait to be written: one per video, the newest, in the order in which the videos began to wait. Safe for several threads.</summary>
internal sealed class PendingReports(int capacity)
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, VideoProgress> _waiting = [];

    /// <summary>Puts a report in the place of the one that waits for the same video; drops the oldest when there is no room.</summary>
    public void Put(VideoProgress progress)
    {
        lock (_gate)
        {
            if (_waiting.Count == capacity && !_waiting.ContainsKey(progress.VideoId)) _waiting.RemoveAt(0);
            _waiting[progress.VideoId] = progress;
        }
    }

    public bool TryTake([NotNullWhen(true)] out VideoProgress? progress)
    {
        lock (_gate)
        {
            progress = _waiting.Count == 0 ? null : _waiting.GetAt(0).Value;
            if (progress is not null) _waiting.RemoveAt(0);
            return progress is not null;
        }
    }
}
