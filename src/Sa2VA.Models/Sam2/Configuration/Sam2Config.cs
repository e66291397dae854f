namespace Sa2VA.Models.Sam2;

/// <summary>
/// Everything that shapes a SAM 2 tracker. The names are those of the official configuration files; the defaults are what all
/// published checkpoints share. Use a preset (<see cref="HieraLarge"/> …) or <see cref="FromJson"/>.
/// </summary>
public sealed partial record Sam2Config
{
    /// <summary>Side of the square input, in pixels.</summary>
    public int ImageSize { get; init; } = 1024;

    /// <summary>Pixels per token of the stride-16 map that is decoded and remembered.</summary>
    public int BackboneStride { get; init; } = 16;

    public HieraConfig Trunk { get; init; } = HieraConfig.Large;

    public FpnConfig Neck { get; init; } = new();

    public MemoryAttentionConfig MemoryAttention { get; init; } = new();

    public MemoryEncoderConfig MemoryEncoder { get; init; } = new();

    public SamHeadsConfig Heads { get; init; } = new();

    /// <summary>Channels of the image features, prompts and pointers.</summary>
    public int HiddenDim { get; init; } = 256;

    /// <summary>Channels of a memory.</summary>
    public int MemDim { get; init; } = 64;

    /// <summary>Spatial memories that a frame can have beside further conditioning frames; rows of the temporal table.</summary>
    public int NumMaskmem { get; init; } = 7;

    /// <summary>The mask that is remembered is sigmoid(logits) · scale + bias.</summary>
    public double SigmoidScaleForMemEnc { get; init; } = 20;

    public double SigmoidBiasForMemEnc { get; init; } = -10;

    /// <summary>On frames with clicks remember logits &gt; 0 instead of their sigmoid (the stock video predictor does).</summary>
    public bool BinarizeMaskFromPtsForMemEnc { get; init; }

    /// <summary>A mask prompt is the output of its frame; it is not decoded.</summary>
    public bool UseMaskInputAsOutputWithoutSam { get; init; } = true;

    /// <summary>At most this many conditioning frames are attended to, the closest in time; -1 for all.</summary>
    public int MaxCondFramesInAttn { get; init; } = -1;

    /// <summary>The first prompted frame gets the no-memory embedding and skips memory attention.</summary>
    public bool DirectlyAddNoMemEmbed { get; init; } = true;

    /// <summary>The mask decoder sees the stride-4 and stride-8 maps.</summary>
    public bool UseHighResFeaturesInSam { get; init; } = true;

    /// <summary>Ambiguous prompts get several candidate masks; the best predicted IoU wins.</summary>
    public bool MultimaskOutputInSam { get; init; } = true;

    /// <summary>Fewest and most points that count as ambiguous; a box counts as two.</summary>
    public int MultimaskMinPtNum { get; init; }

    public int MultimaskMaxPtNum { get; init; } = 1;

    /// <summary>Tracked frames get several candidates too.</summary>
    public bool MultimaskOutputForTracking { get; init; } = true;

    /// <summary>The object pointer comes from the chosen candidate's token instead of the single-mask token.</summary>
    public bool UseMultimaskTokenForObjPtr { get; init; } = true;

    /// <summary>Predicted IoUs go through a sigmoid.</summary>
    public bool IouPredictionUseSigmoid { get; init; } = true;

    /// <summary>Neighbours are remembered every this many frames, apart from the nearest.</summary>
    public int MemoryTemporalStride { get; init; } = 1;

    /// <summary>Overlaps between objects are resolved before masks are remembered.</summary>
    public bool NonOverlapMasksForMemEnc { get; init; }

    /// <summary>Overlaps between objects are resolved in what is returned.</summary>
    public bool NonOverlapMasks { get; init; }

    /// <summary>Object pointers take part in memory attention.</summary>
    public bool UseObjPtrsInEncoder { get; init; } = true;

    /// <summary>Object pointers reach back this many frames less one.</summary>
    public int MaxObjPtrsInEncoder { get; init; } = 16;

    /// <summary>Pointers carry their distance in time (SAM 2.1).</summary>
    public bool AddTposEncToObjPtrs { get; init; }

    /// <summary>That distance goes through a projection (SAM 2.1).</summary>
    public bool ProjTposEncInObjPtrs { get; init; }

    /// <summary>That distance keeps its sign (SAM 2.1).</summary>
    public bool UseSignedTposEncToObjPtrs { get; init; }

    /// <summary>Conditioning frames in the future give no pointer.</summary>
    public bool OnlyObjPtrsInThePast { get; init; } = true;

    /// <summary>A token predicts whether the object is visible, through an MLP unless <see cref="PredObjScoresMlp"/> is off.</summary>
    public bool PredObjScores { get; init; } = true;

    public bool PredObjScoresMlp { get; init; } = true;

    /// <summary>An absent object's pointer is the learned one alone.</summary>
    public bool FixedNoObjPtr { get; init; } = true;

    /// <summary>Pointers are mixed by the score's sigmoid instead of its sign.</summary>
    public bool SoftNoObjPtr { get; init; }

    public bool UseMlpForObjPtrProj { get; init; } = true;

    /// <summary>An absent object's memory gets a learned vector (SAM 2.1).</summary>
    public bool NoObjEmbedSpatial { get; init; }

    /// <summary>An unstable single mask is replaced by the best candidate.</summary>
    public bool DynamicMultimaskViaStability { get; init; }

    /// <summary>Stability compares the areas above and below 0 by this much.</summary>
    public double DynamicMultimaskStabilityDelta { get; init; } = 0.05;

    public double DynamicMultimaskStabilityThresh { get; init; } = 0.98;

    /// <summary>Corrected frames become conditioning frames.</summary>
    public bool AddAllFramesToCorrectAsCond { get; init; }

    /// <summary>Prompting a frame drops the memories of its neighbours.</summary>
    public bool ClearNonCondMemAroundInput { get; init; }

    /// <summary>Holes of at most this many pixels of the low-resolution mask are filled; 0 for none.</summary>
    public int FillHoleArea { get; init; }

    /// <summary>An absent object's mask is <see cref="SamHeads.AbsentLogit"/> everywhere. Sa2VA's own head leaves it as predicted.</summary>
    public bool BlankAbsentMasks { get; init; } = true;

    /// <summary>Side of the stride-16 map.</summary>
    public int EmbeddingSize => ImageSize / BackboneStride;

    /// <summary>Side of the masks as predicted: a quarter of the input.</summary>
    public int LowResSize => 4 * EmbeddingSize;
}
