using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>
/// Follows any number of objects through one video (SAM 2, section 4). Frames come as they are decoded and are not kept: prompts
/// may be put on any frame (past, present or still to come), <see cref="BeginPropagation"/> turns them into memory, and
/// <see cref="Track"/> walks frame after frame, forwards or backwards. What is remembered is bounded by
/// <see cref="TrackerOptions.HistoryFrames"/>, never by the length of the video. Objects do not influence each other: each has the
/// masks it would have alone, to the bit (so that a batch for which the device has no memory is split; and which is why <see cref="Sam2Config.NonOverlapMasksForMemEnc"/> has no effect here, as in the
/// official predictor of independent objects). Not thread-safe: one owner at a time.
/// </summary>
public sealed partial class VideoTracker : IDisposable
{
    private readonly Sam2Model _model;
    private readonly TrackerOptions _options;
    private readonly MemoryRules _rules;
    private readonly MaskSizes _sizes;
    private readonly OrderedDictionary<int, ObjectState> _objects = [];

    // Stride-16 features of prompted frames, until their memory is encoded; shared by all objects.
    private readonly Dictionary<int, Tensor> _promptedFeatures = [];

    private readonly ObjectBatches _batches;

    // Until memory was short once.
    private bool _keepsKeys = true;

    /// <summary>Starts with no objects.</summary>
    /// <param name="model">The network; must outlive the tracker.</param>
    /// <param name="options">What to remember, and how masks are finished.</param>
    /// <param name="videoHeight">Pixels; prompts and masks are in this size.</param>
    /// <param name="videoWidth">Pixels.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public VideoTracker(Sam2Model model, TrackerOptions options, int videoHeight, int videoWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(videoHeight);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(videoWidth);
        _model = model;
        _options = options.Validated();
        _batches = new ObjectBatches(makeRoom: DropKeys);
        var config = model.Config;
        _rules = new MemoryRules
        {
            NumMaskmem = config.NumMaskmem,
            TemporalStride = config.MemoryTemporalStride,
            MaxCondFrames = options.MaxCondFrames ?? config.MaxCondFramesInAttn,
            MaxObjPtrs = config.MaxObjPtrsInEncoder,
            OnlyObjPtrsInThePast = config.OnlyObjPtrsInThePast,
            SignedPointerDistance = config.UseSignedTposEncToObjPtrs,
            UseObjPtrs = config.UseObjPtrsInEncoder,
        }.Validated();
        _sizes = new MaskSizes(videoHeight, videoWidth, config.ImageSize, options.VideoSizeViaModelSize, options.NonOverlapMasks ?? config.NonOverlapMasks);
    }

    /// <summary>The network.</summary>
    public Sam2Model Model => _model;

    /// <summary>What it was made with.</summary>
    public TrackerOptions Options => _options;

    /// <summary>The objects in the order in which they were first prompted, which is the order of rows in masks.</summary>
    public IReadOnlyList<int> ObjectIds => [.. _objects.Keys];

    /// <summary>Height of the video in pixels.</summary>
    public int VideoHeight => _sizes.VideoHeight;

    /// <summary>Width of the video in pixels.</summary>
    public int VideoWidth => _sizes.VideoWidth;

    /// <summary>Most objects that are worked on together; null as long as memory was never short.</summary>
    public int? LargestBatch => _batches.Largest == int.MaxValue ? null : _batches.Largest;

    /// <summary>Bytes of tensors that are kept between calls.</summary>
    public long MemoryBytes =>
        _objects.Values.Sum(state => state.Bytes) + _promptedFeatures.Values.Sum(tensor => tensor.numel() * tensor.dtype.ElementSize());

    /// <summary>The frames on which an object was prompted for the first time, in that order, those that wait included.</summary>
    /// <exception cref="TrackerException">There is no such object.</exception>
    public IReadOnlyList<int> ConditioningFrames(int objectId)
    {
        var state = Existing(objectId);
        return [.. state.Conditioning.Keys.Union(state.PendingConditioning.Keys)];
    }

    /// <summary>Whether <see cref="Track"/> needs the features of a frame: not where every object was prompted, its masks are known.</summary>
    public bool NeedsFeatures(int frame) =>
        _objects.Values.Any(state => !state.Conditioning.ContainsKey(frame) && !state.PendingConditioning.ContainsKey(frame));

    /// <summary>Forgets an object; the others are not affected.</summary>
    /// <exception cref="TrackerException">There is no such object.</exception>
    public void RemoveObject(int id)
    {
        var state = Existing(id);
        _objects.Remove(id);
        state.Dispose();
        ReleaseUnusedFeatures();
    }

    /// <summary>Forgets all prompts and memories of an object but keeps its row. Prompt it again (on any frame) before tracking on.</summary>
    /// <exception cref="TrackerException">There is no such object.</exception>
    public void ResetObject(int id)
    {
        Existing(id).Dispose();
        _objects[id] = new ObjectState(id);
        ReleaseUnusedFeatures();
    }

    public void Dispose()
    {
        foreach (var state in _objects.Values) state.Dispose();
        foreach (var features in _promptedFeatures.Values) features.Dispose();
        _objects.Clear();
        _promptedFeatures.Clear();
    }

    private ObjectState Existing(int id) => _objects.GetValueOrDefault(id) ??
        throw new TrackerException($"There is no object {id}; {(_objects.Count == 0 ? "no object was prompted yet" : $"the objects are {string.Join(", ", _objects.Keys)}")}.");

    private void CheckFrame(int frame, ImageFeatures? features)
    {
        if (frame < 0 || frame >= _options.FrameCount)
            throw new TrackerException($"Frame {frame} is not in the video: frames count from 0{(_options.FrameCount is { } count ? $" to {count - 1}" : "")}.");
        if (features is not null && features.Frames != 1)
            throw new TrackerException($"The features given for frame {frame} hold {features.Frames} frames; pass one of them (ImageFeatures.Row).");
    }

    private void ReleaseUnusedFeatures()
    {
        foreach (var frame in _promptedFeatures.Keys.ToList())
        {
            if (_objects.Values.Any(state => state.PendingConditioning.ContainsKey(frame) || state.PendingCorrections.ContainsKey(frame))) continue;
            _promptedFeatures.Remove(frame, out var features);
            features!.Dispose();
        }
    }

    /// <summary>The memory that one object attends to at a frame.</summary>
    private ObjectMemory Recall(ObjectState state, int frame, bool reverse)
    {
        var plan = MemorySelection.Plan(
            frame, reverse, [.. state.Conditioning.Keys],
            other => state.Tracked.GetValueOrDefault(other)?.Memory is not null, state.Tracked.ContainsKey, _rules, _options.FrameCount);
        FrameOutput At(int other, bool conditioning) => conditioning ? state.Conditioning[other] : state.Tracked[other];
        return new ObjectMemory(
            [.. plan.Spatial.Select(read => new SpatialMemory(At(read.Frame, read.Conditioning).Memory!, read.TemporalRow))],
            [.. plan.Pointers.Select(read => new PointerMemory(At(read.Frame, read.Conditioning).ObjectPointer, read.Distance))]);
    }

    private Tensor AttendToMemory(ImageFeatures features, IReadOnlyList<ObjectMemory> memories) => _model.AttendToMemory(
        features.Fpn2, memories, MemorySelection.PointerReach(_rules, _options.FrameCount), keepKeys: _keepsKeys && KeptKeyBytes < _options.KeyCacheBytes);

    private long KeptKeyBytes => _objects.Values.Sum(state => state.DerivedBytes);

    /// <summary>Low-resolution masks [B, 1, s, s] with small holes filled, on the device they came from.</summary>
    private Tensor WithHolesFilled(Tensor lowRes)
    {
        var area = _options.FillHoleArea ?? _model.Config.FillHoleArea;
        if (area == 0) return lowRes;
        using var scope = NewDisposeScope();
        var filled = lowRes.ToArray<float>();
        var (height, width) = ((int)lowRes.size(2), (int)lowRes.size(3));
        for (var row = 0; row < lowRes.size(0); row++)
            HoleFilling.Fill(filled.AsSpan(row * height * width, height * width), width, area);
        return tensor(filled, lowRes.shape, lowRes.device).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// A copy that belongs to the tracker: of one row, so that no batch is kept alive by one of its objects.
    /// Always contiguous, so that a restored state has the layout of the one that was saved.
    /// </summary>
    private static Tensor Kept(Tensor row) => Copied(row).DetachFromDisposeScope();

    private static Tensor Copied(Tensor row) => row.is_contiguous() ? row.clone() : row.contiguous();
}
