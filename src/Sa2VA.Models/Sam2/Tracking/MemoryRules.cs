namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>How far, how densely and how much of the past a frame may look at. The numbers of SAM 2's configuration that
/// decide which frames are remembered; nothing here knows about tensors.</summary>
public sealed record MemoryRules
{
    /// <summary>Rows of the temporal table: one for all conditioning frames, the others for neighbours. Default 7.</summary>
    public int NumMaskmem { get; init; } = 7;

    /// <summary>Neighbours are taken every this many frames, apart from the nearest one. Default 1.</summary>
    public int TemporalStride { get; init; } = 1;

    /// <summary>At most this many conditioning frames are attended to; -1 (the default) means all of them.</summary>
    public int MaxCondFrames { get; init; } = -1;

    /// <summary>Object pointers reach back this many frames less one, and their distances are measured in this unit. Default 16.</summary>
    public int MaxObjPtrs { get; init; } = 16;

    /// <summary>Whether object pointers are attended to at all. Default true.</summary>
    public bool UseObjPtrs { get; init; } = true;

    /// <summary>Conditioning frames on the far side of the walk give no pointers. Default true.</summary>
    public bool OnlyObjPtrsInThePast { get; init; } = true;

    /// <summary>Pointers' distances keep their sign (SAM 2.1). Default false.</summary>
    public bool SignedPointerDistance { get; init; }

    /// <summary>The neighbours other than the nearest one.</summary>
    internal int StridedNeighbours => Math.Max(NumMaskmem - 2, 0);

    /// <summary>Refuses numbers that no selection can follow.</summary>
    /// <exception cref="ArgumentException">Names the setting, its value and what it may be.</exception>
    public MemoryRules Validated()
    {
        if (NumMaskmem < 1)
            throw new ArgumentException($"num_maskmem is {NumMaskmem}, but tracking needs at least 1 memory (SAM 2 uses 7).");
        if (TemporalStride < 1)
            throw new ArgumentException($"memory_temporal_stride_for_eval is {TemporalStride}, but a stride is at least 1.");
        if (MaxCondFrames is not -1 and < 2)
            throw new ArgumentException($"max_cond_frames_in_attn is {MaxCondFrames}, but it must be -1 (all) or at least 2 (one before, one after).");
        if (MaxObjPtrs < 1)
            throw new ArgumentException($"max_obj_ptrs_in_encoder is {MaxObjPtrs}, but it must be at least 1.");
        return this;
    }
}
