namespace Sa2VA.Models.Sam2;

/// <summary>The image trunk of SAM 2 (Hiera, arXiv 2306.00989, with the windowed position embedding of arXiv 2311.05613).</summary>
public sealed record HieraConfig
{
    /// <summary>Channels of the first stage; each later stage has twice as many.</summary>
    public required int EmbedDim { get; init; }

    /// <summary>Attention heads of the first stage; doubled with the channels.</summary>
    public required int NumHeads { get; init; }

    /// <summary>Blocks per stage.</summary>
    public required int[] Stages { get; init; }

    /// <summary>Side of the attention windows per stage, in tokens.</summary>
    public int[] WindowSpec { get; init; } = [8, 4, 14, 7];

    /// <summary>Blocks (counted over all stages) that attend to the whole map.</summary>
    public required int[] GlobalAttBlocks { get; init; }

    /// <summary>Height and width of the stored position grid, resized to the patch grid.</summary>
    public int[] WindowPosEmbedBkgSpatialSize { get; init; } = [14, 14];

    /// <summary>Stage changes that halve the resolution, from the first one on.</summary>
    public int QPool { get; init; } = 3;

    /// <summary>Tokens per side that become one where a stage pools.</summary>
    public int QStride { get; init; } = 2;

    /// <summary>Growth of the channels at a stage change.</summary>
    public double DimMul { get; init; } = 2;

    /// <summary>Growth of the heads at a stage change.</summary>
    public double HeadMul { get; init; } = 2;

    /// <summary>Hidden width of the MLP over its input.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>Channels of each stage's output.</summary>
    public int[] StageWidths()
    {
        var widths = new int[Stages.Length];
        for (var (stage, width) = (0, EmbedDim); stage < widths.Length; stage++, width = (int)(width * DimMul))
            widths[stage] = width;
        return widths;
    }

    /// <summary>38.9 M parameters with the rest of SAM 2.</summary>
    public static HieraConfig Tiny { get; } = new()
    {
        EmbedDim = 96, NumHeads = 1, Stages = [1, 2, 7, 2], GlobalAttBlocks = [5, 7, 9], WindowPosEmbedBkgSpatialSize = [7, 7],
    };

    /// <summary>46 M parameters with the rest of SAM 2.</summary>
    public static HieraConfig Small { get; } = new()
    {
        EmbedDim = 96, NumHeads = 1, Stages = [1, 2, 11, 2], GlobalAttBlocks = [7, 10, 13], WindowPosEmbedBkgSpatialSize = [7, 7],
    };

    /// <summary>80.8 M parameters with the rest of SAM 2.</summary>
    public static HieraConfig BasePlus { get; } = new()
    {
        EmbedDim = 112, NumHeads = 2, Stages = [2, 3, 16, 3], GlobalAttBlocks = [12, 16, 20],
    };

    /// <summary>224.4 M parameters with the rest of SAM 2.</summary>
    public static HieraConfig Large { get; } = new()
    {
        EmbedDim = 144, NumHeads = 2, Stages = [2, 6, 36, 4], WindowSpec = [8, 4, 16, 8], GlobalAttBlocks = [23, 33, 43],
        WindowPosEmbedBkgSpatialSize = [7, 7],
    };
}
