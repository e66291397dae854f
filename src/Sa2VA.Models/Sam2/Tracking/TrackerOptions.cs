using System.Text.Json.Serialization;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>How a <see cref="VideoTracker"/> remembers and what it does to masks. Unset values are the model's own.</summary>
public sealed record TrackerOptions
{
    /// <summary>
    /// This many latest frames can be corrected, and can be read by a walk in the other direction. 0, the default, keeps only what
    /// the walk in progress can still read: memory is the same after 30 frames and after 30,000. <see cref="int.MaxValue"/> keeps
    /// every frame.
    /// </summary>
    public int HistoryFrames { get; init; }

    /// <summary>Element type of stored spatial memories: BF16 (as the official predictor), or float32 to compare with it.</summary>
    public ScalarType MemoryDtype { get; init; } = ScalarType.BFloat16;

    /// <summary>Frames of the video where that is known: clips shorter than the pointers' reach measure distances in their own length.</summary>
    public int? FrameCount { get; init; }

    /// <summary>Background components of at most this many low-resolution pixels are filled; 0 fills none.</summary>
    public int? FillHoleArea { get; init; }

    /// <summary>At each output pixel only the object with the highest logit keeps it.</summary>
    public bool? NonOverlapMasks { get; init; }

    /// <summary>Whether a corrected frame becomes a conditioning frame. Otherwise the next walk over it overwrites the correction.</summary>
    public bool? AddAllFramesToCorrectAsCond { get; init; }

    /// <summary>At most this many conditioning frames are attended to (closest first), -1 for all. The time of a step grows with them.</summary>
    public int? MaxCondFrames { get; init; }

    /// <summary>
    /// Memories keep the keys that attention makes of them while all keys together take less than this many bytes (16 MiB for a
    /// memory of a full-size model); beyond, keys are made again on each frame. It changes the time of a step, never a mask.
    /// Default 1 GiB.
    /// </summary>
    public long KeyCacheBytes { get; init; } = 1L << 30;

    /// <summary>Masks are resized to the model's input size first and to the video's from there, as Sa2VA does, rather than in one step.</summary>
    public bool VideoSizeViaModelSize { get; init; }

    /// <summary>
    /// Whether the object score empties the masks of objects that it calls absent: SAM 2 and Sa2VA-i's propagation do, Sa2VA does not.
    /// </summary>
    public bool? BlankAbsentMasks { get; init; }

    /// <summary>
    /// Whether the mask that a sentence's prompt vector gives is put back once as a dense prompt beside the same vector, and the mask that
    /// comes out counts (DeSa2VA's self-feedback). No published weights were trained with it. Default no.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SelfFeedback { get; init; }

    internal TrackerOptions Validated()
    {
        if (HistoryFrames < 0)
            throw new ArgumentException($"TrackerOptions.HistoryFrames is {HistoryFrames}; it counts frames to keep, from 0.");
        if (FillHoleArea < 0)
            throw new ArgumentException($"TrackerOptions.FillHoleArea is {FillHoleArea}; it is an area in pixels, 0 turns filling off.");
        if (FrameCount < 1)
            throw new ArgumentException($"TrackerOptions.FrameCount is {FrameCount}; leave it out while the length is not known.");
        if (MemoryDtype is not (ScalarType.BFloat16 or ScalarType.Float32))
            throw new ArgumentException($"TrackerOptions.MemoryDtype is {MemoryDtype}; memories are stored as BFloat16 or Float32.");
        return this;
    }
}
