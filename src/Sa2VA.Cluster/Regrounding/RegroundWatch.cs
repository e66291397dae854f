using Sa2VA.Cluster.Tracking;

namespace Sa2VA.Cluster.Regrounding;

/// <summary>
/// Says before which frames the language model is asked again. It looks at the two frames before and at nothing else, so that a walk that
/// was interrupted anywhere asks where one that was not would have asked.
/// </summary>
/// <param name="options">When to ask.</param>
/// <param name="objectIds">Whose tracks are in question.</param>
/// <param name="lastStep">When it was asked last; null for never.</param>
/// <param name="past">Masks of up to two frames before the first that is going to be tracked, the older ones first.</param>
internal sealed class RegroundWatch(RegroundOptions options, IReadOnlyCollection<int> objectIds, int? lastStep, IReadOnlyList<IReadOnlyList<ObjectMask>> past)
{
    /// <summary>An area that is so many times larger, or smaller, than one frame before is no motion.</summary>
    public const double SuddenArea = 3;

    private int? _last = lastStep;
    private IReadOnlyList<ObjectMask> _before = past.Count > 1 ? past[^2] : [];
    private IReadOnlyList<ObjectMask> _latest = past.Count > 0 ? past[^1] : [];

    /// <summary>The mask of an object one frame before; null before the first.</summary>
    public ObjectMask? Latest(int objectId) => _latest.FirstOrDefault(mask => mask.ObjectId == objectId);

    /// <summary>Why to ask before a frame is tracked; null for not.</summary>
    public RegroundReason? Before(StepFrame at)
    {
        if (at.Step == 0 || at.Step == _last) return null;
        if (options.EveryFrames > 0 && at.Step % options.EveryFrames == 0) return RegroundReason.Schedule;
        if (at.Step - (_last ?? 0) < options.MinimumGap) return null;
        if (options.OnCut && at.IsCut) return RegroundReason.Cut;
        return options.OnDoubt && objectIds.Any(IsDoubtful) ? RegroundReason.Doubt : null;
    }

    /// <summary>A frame was tracked.</summary>
    public void Saw(IReadOnlyList<ObjectMask> masks) => (_before, _latest) = (_latest, masks);

    /// <summary>It was asked before that step.</summary>
    public void Asked(int step) => _last = step;

    private bool IsDoubtful(int objectId)
    {
        if (_before.FirstOrDefault(mask => mask.ObjectId == objectId) is not { } before || Latest(objectId) is not { } latest) return false;
        var (old, now) = ((double)before.Area, (double)latest.Area);
        return (old > 0) != (now > 0) || Math.Max(old, now) > SuddenArea * Math.Min(old, now);
    }
}
