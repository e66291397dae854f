namespace Sa2VA.Models.Sam2;

/// <summary>The network that fuses a frame's features with its mask into a memory.</summary>
public sealed record MemoryEncoderConfig
{
    /// <summary>Channels of the frame's features.</summary>
    public int InDim { get; init; } = 256;

    /// <summary>Channels of the memory.</summary>
    public int OutDim { get; init; } = 64;

    /// <summary>Kernel, stride and padding of each step of the mask down-sampler.</summary>
    public int MaskKernel { get; init; } = 3;

    public int MaskStride { get; init; } = 2;

    public int MaskPadding { get; init; } = 1;

    /// <summary>Pixels of the mask per token of the memory, along one side.</summary>
    public int MaskTotalStride { get; init; } = 16;

    /// <summary>ConvNeXt blocks of the fuser, with their kernel and padding.</summary>
    public int FuserLayers { get; init; } = 2;

    public int FuserKernel { get; init; } = 7;

    public int FuserPadding { get; init; } = 3;

    /// <summary>Whether the fuser's spatial convolution works on each channel alone.</summary>
    public bool FuserDepthwise { get; init; } = true;

    /// <summary>Initial value of the fuser's layer scale; 0 or less for a fuser without one.</summary>
    public double LayerScaleInit { get; init; } = 1e-6;

    /// <summary>The sine map that is added to the memory when it is attended to.</summary>
    public SineConfig Position { get; init; } = new() { Width = 64 };
}
