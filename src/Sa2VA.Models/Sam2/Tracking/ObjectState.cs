namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>Everything that is remembered of one object. Objects share nothing, so one can be added, reset or removed at any time.</summary>
internal sealed class ObjectState(int id) : IDisposable
{
    public int Id { get; } = id;

    /// <summary>Conditioning frames in the order in which they were first prompted, which is the order of attention.</summary>
    public OrderedDictionary<int, FrameOutput> Conditioning { get; } = [];

    /// <summary>Predictions of frames that were tracked, or corrected without becoming conditioning frames.</summary>
    public SortedDictionary<int, FrameOutput> Tracked { get; } = [];

    /// <summary>Prompted since the last walk began, to become conditioning frames. No memory yet.</summary>
    public OrderedDictionary<int, FrameOutput> PendingConditioning { get; } = [];

    /// <summary>Corrected since the last walk began, to replace a prediction. No memory yet.</summary>
    public OrderedDictionary<int, FrameOutput> PendingCorrections { get; } = [];

    /// <summary>The frames walked over, with directions.</summary>
    public TrackedFrames Walked { get; } = new();

    /// <summary>Points given so far, per prompted frame: later clicks are added to them.</summary>
    public Dictionary<int, PointPrompt> Points { get; } = [];

    public bool HasPrompt => Conditioning.Count + PendingConditioning.Count > 0;

    /// <summary>Bytes of what memory attention derived from memories.</summary>
    public long DerivedBytes => Outputs().Sum(output => output.Memory?.Derived?.Bytes ?? 0);

    public long Bytes => Outputs().Sum(output => output.Bytes);

    /// <summary>The latest prediction of a frame: a pending one, a conditioning one, a tracked one.</summary>
    public FrameOutput? Latest(int frame) =>
        PendingConditioning.GetValueOrDefault(frame) ?? PendingCorrections.GetValueOrDefault(frame) ??
        Conditioning.GetValueOrDefault(frame) ?? Tracked.GetValueOrDefault(frame);

    /// <summary>Drops what no later frame of this walk can read.</summary>
    public void Forget(MemoryRetention retention)
    {
        foreach (var (frame, output) in Tracked.ToList())
        {
            if (!retention.KeepsMask(frame)) output.DropMask();
            if (!retention.KeepsMemory(frame)) output.DropMemory();
            if (output.Memory is not null || retention.KeepsPointer(frame)) continue;
            Release(Tracked, frame);
            Points.Remove(frame);
        }
        var kept = retention.KeptConditioning([.. Conditioning.Keys]).ToHashSet();
        foreach (var frame in Conditioning.Keys.Where(frame => !kept.Contains(frame)).ToList())
        {
            Release(Conditioning, frame);
            Points.Remove(frame);
        }
    }

    /// <summary>Drops predictions near frames that were just prompted: what they remember may be outdated. The prompted ones stay.</summary>
    public void ForgetAround(IReadOnlyCollection<int> prompted, int distance)
    {
        foreach (var frame in Tracked.Keys.Where(frame => !prompted.Contains(frame) && prompted.Any(other => Math.Abs(frame - other) <= distance)).ToList())
            Release(Tracked, frame);
    }

    /// <summary>Releases what was derived from memories that the walk will not read again; a correction derives it anew.</summary>
    public void ForgetDerived(MemoryRetention walk)
    {
        var read = walk.KeptConditioning([.. Conditioning.Keys]).ToHashSet();
        foreach (var (_, output) in Tracked.Where(pair => !walk.KeepsMemory(pair.Key)).Concat(Conditioning.Where(pair => !read.Contains(pair.Key))))
            output.Memory?.DropDerived();
    }

    /// <summary>Releases all that was derived from memories.</summary>
    public void DropDerived()
    {
        foreach (var output in Outputs()) output.Memory?.DropDerived();
    }

    public void Dispose()
    {
        foreach (var output in Outputs()) output.Dispose();
    }

    /// <summary>Stores an output, releasing the one it replaces; a frame keeps its place in the order.</summary>
    public static void Put(IDictionary<int, FrameOutput> outputs, int frame, FrameOutput output)
    {
        if (outputs.TryGetValue(frame, out var replaced) && !ReferenceEquals(replaced, output)) replaced.Dispose();
        outputs[frame] = output;
    }

    /// <summary>Removes and releases an output where there is one.</summary>
    public static void Release(IDictionary<int, FrameOutput> outputs, int frame)
    {
        if (outputs.TryGetValue(frame, out var output)) output.Dispose();
        outputs.Remove(frame);
    }

    private IEnumerable<FrameOutput> Outputs() =>
        Conditioning.Values.Concat(Tracked.Values).Concat(PendingConditioning.Values).Concat(PendingCorrections.Values);
}
