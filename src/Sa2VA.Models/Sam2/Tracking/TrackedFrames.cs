namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>One run of frames walked in one direction, both ends included.</summary>
public readonly record struct TrackedRange(int First, int Last, bool Reverse);

/// <summary>Which frames an object was tracked on, and in which direction last. Kept as ranges: a walk of any length is one.</summary>
public sealed class TrackedFrames
{
    private readonly List<TrackedRange> _ranges = [];

    /// <summary>The ranges in ascending order; none overlap.</summary>
    public IReadOnlyList<TrackedRange> Ranges => _ranges;

    /// <summary>Notes that a frame was tracked; a later walk replaces the direction of an earlier one.</summary>
    public void Add(int frame, bool reverse)
    {
        Remove(frame);
        var at = _ranges.FindIndex(range => range.First > frame);
        if (at < 0) at = _ranges.Count;
        var first = frame;
        var last = frame;
        if (at < _ranges.Count && _ranges[at].First == frame + 1 && _ranges[at].Reverse == reverse)
        {
            last = _ranges[at].Last;
            _ranges.RemoveAt(at);
        }
        if (at > 0 && _ranges[at - 1].Last == frame - 1 && _ranges[at - 1].Reverse == reverse)
        {
            first = _ranges[at - 1].First;
            _ranges.RemoveAt(--at);
        }
        _ranges.Insert(at, new TrackedRange(first, last, reverse));
    }

    /// <summary>The direction in which a frame was tracked last (true: towards frame 0), or null when it never was.</summary>
    public bool? DirectionOf(int frame)
    {
        foreach (var range in _ranges)
        {
            if (range.First <= frame && frame <= range.Last) return range.Reverse;
        }
        return null;
    }

    /// <summary>Restores a stored range.</summary>
    public void Restore(TrackedRange range) => _ranges.Add(range);

    private void Remove(int frame)
    {
        var at = _ranges.FindIndex(range => range.First <= frame && frame <= range.Last);
        if (at < 0) return;
        var (first, last, reverse) = _ranges[at];
        _ranges.RemoveAt(at);
        if (frame < last) _ranges.Insert(at, new TrackedRange(frame + 1, last, reverse));
        if (first < frame) _ranges.Insert(at, new TrackedRange(first, frame - 1, reverse));
    }
}
