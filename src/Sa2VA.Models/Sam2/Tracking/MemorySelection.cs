namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>One spatial memory to attend to: which frame's, where it is kept, and the row of the temporal table it is given.</summary>
public readonly record struct SpatialRead(int Frame, bool Conditioning, int TemporalRow);

/// <summary>One object pointer to attend to, with its distance in frames (signed where the model asks for it).</summary>
public readonly record struct PointerRead(int Frame, bool Conditioning, int Distance);

/// <summary>Everything one object reads at one frame, in the order in which it is attended to.</summary>
public sealed record MemoryPlan(IReadOnlyList<SpatialRead> Spatial, IReadOnlyList<PointerRead> Pointers);

/// <summary>Chooses the frames that a frame remembers (SAM 2, section 4, "Memory bank"). Integer arithmetic over frame numbers.</summary>
public static class MemorySelection
{
    /// <summary>Plans the reads of one object at <paramref name="frame"/>.</summary>
    /// <param name="frame">The frame about to be predicted.</param>
    /// <param name="reverse">True when walking towards frame 0.</param>
    /// <param name="conditioning">The object's conditioning frames, in the order in which they were prompted.</param>
    /// <param name="hasMemory">Whether the object has the spatial memory of a frame that is not a conditioning one.</param>
    /// <param name="hasPointer">Whether the object has the pointer of a frame that is not a conditioning one.</param>
    /// <param name="rules">The model's numbers.</param>
    /// <param name="frameCount">Length of the video, or null while it is not known: a short video shortens the pointers' reach.</param>
    public static MemoryPlan Plan(
        int frame, bool reverse, IReadOnlyList<int> conditioning, Func<int, bool> hasMemory, Func<int, bool> hasPointer,
        MemoryRules rules, int? frameCount = null)
    {
        var chosen = ClosestConditioning(frame, conditioning, rules.MaxCondFrames);
        var leftOut = conditioning.Where(c => !chosen.Contains(c)).ToHashSet();

        var spatial = new List<SpatialRead>(chosen.Count + rules.NumMaskmem);
        spatial.AddRange(chosen.Select(c => new SpatialRead(c, Conditioning: true, rules.NumMaskmem - 1)));
        foreach (var (neighbour, row) in Neighbours(frame, reverse, rules))
        {
            if (hasMemory(neighbour)) spatial.Add(new SpatialRead(neighbour, Conditioning: false, row));
            else if (leftOut.Contains(neighbour)) spatial.Add(new SpatialRead(neighbour, Conditioning: true, row));
        }

        var pointers = new List<PointerRead>();
        if (!rules.UseObjPtrs) return new MemoryPlan(spatial, pointers);
        foreach (var c in chosen)
        {
            var behind = reverse ? c >= frame : c <= frame;
            if (behind || !rules.OnlyObjPtrsInThePast) pointers.Add(new PointerRead(c, Conditioning: true, Distance(frame, c, reverse, rules)));
        }
        for (var distance = 1; distance < PointerReach(rules, frameCount); distance++)
        {
            var other = reverse ? frame + distance : frame - distance;
            if (hasPointer(other)) pointers.Add(new PointerRead(other, Conditioning: false, distance));
            else if (leftOut.Contains(other)) pointers.Add(new PointerRead(other, Conditioning: true, distance));
        }
        return new MemoryPlan(spatial, pointers);
    }

    /// <summary>The neighbours a frame looks for, oldest first, each with its temporal row: the frame just behind has row 0,
    /// the others lie on multiples of the stride.</summary>
    public static IEnumerable<(int Frame, int TemporalRow)> Neighbours(int frame, bool reverse, MemoryRules rules)
    {
        var stride = rules.TemporalStride;
        var nearest = reverse ? CeilTo(frame + 2, stride) : FloorTo(frame - 2, stride);
        for (var back = rules.StridedNeighbours - 1; back >= 0; back--)
            yield return (reverse ? nearest + (back * stride) : nearest - (back * stride), back + 1);
        if (rules.NumMaskmem > 1)
            yield return (reverse ? frame + 1 : frame - 1, 0);
    }

    /// <summary>Up to <paramref name="max"/> conditioning frames: the closest before, the closest at or after, then by distance.
    /// With fewer than that (or -1) all of them, in the given order.</summary>
    public static IReadOnlyList<int> ClosestConditioning(int frame, IReadOnlyList<int> conditioning, int max)
    {
        if (max == -1 || conditioning.Count <= max) return conditioning;

        var chosen = new List<int>(max);
        var before = conditioning.Where(c => c < frame).ToList();
        if (before.Count > 0) chosen.Add(before.Max());
        var after = conditioning.Where(c => c >= frame).ToList();
        if (after.Count > 0) chosen.Add(after.Min());
        // OrderBy is stable: of two frames equally far away the one prompted first is taken.
        chosen.AddRange(conditioning.Where(c => !chosen.Contains(c)).OrderBy(c => Math.Abs((long)c - frame)).Take(max - chosen.Count).ToList());
        return chosen;
    }

    /// <summary>Pointers of frames nearer than this are read; also the unit (plus one) of their distances.</summary>
    public static int PointerReach(MemoryRules rules, int? frameCount) => Math.Min(frameCount ?? int.MaxValue, rules.MaxObjPtrs);

    internal static int FloorTo(int value, int step) => (int)(Math.Floor((double)value / step) * step);

    internal static int CeilTo(int value, int step) => (int)(Math.Ceiling((double)value / step) * step);

    private static int Distance(int frame, int other, bool reverse, MemoryRules rules) =>
        rules.SignedPointerDistance ? (frame - other) * (reverse ? -1 : 1) : Math.Abs(frame - other);
}
