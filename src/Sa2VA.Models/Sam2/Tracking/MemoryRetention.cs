namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>
/// Says which parts of the past can still be read once a frame has been tracked, so that everything else can be dropped and a
/// video of any length needs the same memory. Dropping by these rules never changes a later <see cref="MemorySelection.Plan"/>
/// of a walk that goes on in the same direction; <c>history</c> keeps that many latest frames correctable on top.
/// </summary>
public readonly struct MemoryRetention(MemoryRules rules, int frame, bool reverse, int history)
{
    private readonly int _history = Math.Clamp(history, 0, int.MaxValue / 4);

    /// <summary>Whether the mask logits of a tracked frame are kept: they prompt a correction of that frame.</summary>
    public bool KeepsMask(int tracked) => Math.Abs((long)tracked - frame) < _history;

    /// <summary>Whether the spatial memory of a frame may still be read.</summary>
    public bool KeepsMemory(int tracked) =>
        Behind(tracked) is var behind && (behind < 0 ? -behind < _history : IsNeighbourFrom(tracked));

    /// <summary>Whether the object pointer of a frame may still be read.</summary>
    public bool KeepsPointer(int tracked) =>
        Behind(tracked) is var behind && (behind < 0 ? -behind < _history : behind < rules.MaxObjPtrs - 1 + _history);

    /// <summary>The conditioning frames that may still be attended to, output or read as neighbours, in their given order.</summary>
    public IReadOnlyList<int> KeptConditioning(IReadOnlyList<int> conditioning)
    {
        // Without a cap every conditioning frame is read by every later frame.
        if (rules.MaxCondFrames == -1 || _history == int.MaxValue / 4) return conditioning;
        var walk = this;
        // One more than the cap: with exactly as many as the cap the selection would list them in another order.
        var nearest = conditioning.Where(c => walk.Behind(c) > walk._history).OrderBy(c => walk.Behind(c)).Take(rules.MaxCondFrames + 1).ToHashSet();
        return conditioning
            .Where(c => walk.Behind(c) <= walk._history || nearest.Contains(c) || walk.KeepsMemory(c) || walk.KeepsPointer(c))
            .ToList();
    }

    /// <summary>How many frames of the walk lie between a frame and now; negative for frames that the walk has still to reach.</summary>
    private long Behind(int other) => reverse ? (long)other - frame : (long)frame - other;

    /// <summary>Whether some frame from the first correctable one onwards has the given one as a neighbour.</summary>
    private bool IsNeighbourFrom(int tracked)
    {
        // Walking backwards is walking forwards with the frame numbers negated.
        var (now, other) = reverse ? (-frame, -tracked) : (frame, tracked);
        var from = now + 1 - _history;
        if (rules.NumMaskmem > 1 && other + 1 >= from) return true;
        if (rules.StridedNeighbours == 0 || other % rules.TemporalStride != 0) return false;
        var nearest = MemorySelection.FloorTo(from - 2, rules.TemporalStride);
        return nearest - other <= (rules.StridedNeighbours - 1) * rules.TemporalStride;
    }
}
