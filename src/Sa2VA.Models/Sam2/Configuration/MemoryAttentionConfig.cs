namespace Sa2VA.Models.Sam2;

/// <summary>The transformer that lets a frame's features attend to the memory bank.</summary>
public sealed record MemoryAttentionConfig
{
    public int DModel { get; init; } = 256;

    public int NumLayers { get; init; } = 4;

    /// <summary>Hidden width of each layer's MLP.</summary>
    public int DimFeedforward { get; init; } = 2048;

    /// <summary>Whether a tenth of the position map is added to the input.</summary>
    public bool PosEncAtInput { get; init; } = true;

    /// <summary>Whether the position map is added to queries and keys of self attention.</summary>
    public bool PosEncAtAttn { get; init; }

    /// <summary>Whether the memory's positions are added to the keys of cross attention.</summary>
    public bool PosEncAtCrossAttnKeys { get; init; } = true;

    /// <summary>Whether the position map is added to the queries of cross attention.</summary>
    public bool PosEncAtCrossAttnQueries { get; init; }

    public RopeAttentionConfig SelfAttention { get; init; } = new();

    public RopeAttentionConfig CrossAttention { get; init; } = new() { KvInDim = 64 };
}

/// <summary>Attention whose queries and keys are rotated by their place in the map.</summary>
public sealed record RopeAttentionConfig
{
    public int EmbeddingDim { get; init; } = 256;

    public int NumHeads { get; init; } = 1;

    /// <summary>Width of the input over the width inside the attention.</summary>
    public int DownsampleRate { get; init; } = 1;

    /// <summary>Base of the rotation frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Channels of keys and values; null for <see cref="EmbeddingDim"/>.</summary>
    public int? KvInDim { get; init; }

    /// <summary>Width of the projected queries, keys and values, all heads together.</summary>
    public int InternalDim => EmbeddingDim / DownsampleRate;
}
