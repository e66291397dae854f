namespace Sa2VA.Models.Sam2;

/// <summary>Sizes of the prompt encoder and the mask decoder. Every published checkpoint has the defaults.</summary>
public sealed record SamHeadsConfig
{
    /// <summary>Channels inside the mask prompt's down-scaling.</summary>
    public int MaskInChans { get; init; } = 16;

    /// <summary>Two-way blocks of the mask decoder.</summary>
    public int Depth { get; init; } = 2;

    public int NumHeads { get; init; } = 8;

    /// <summary>Hidden width of a two-way block's MLP.</summary>
    public int MlpDim { get; init; } = 2048;

    /// <summary>Width of the input over the width inside the cross attentions.</summary>
    public int AttentionDownsampleRate { get; init; } = 2;

    /// <summary>Masks for an ambiguous prompt, beside the single one.</summary>
    public int NumMultimaskOutputs { get; init; } = 3;

    public int IouHeadDepth { get; init; } = 3;

    public int IouHeadHiddenDim { get; init; } = 256;
}
