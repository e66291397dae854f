using System.Collections.Immutable;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Models.QwenVl;

/// <summary>Hyper-parameters of the vision towers of Qwen2.5-VL and Qwen3-VL (<c>vision_config</c>).</summary>
public sealed record QwenVisionConfig
{
    public int HiddenSize { get; init; } = 1280;

    public int Layers { get; init; } = 32;

    public int Heads { get; init; } = 16;

    public int IntermediateSize { get; init; } = 3420;

    /// <summary>Width of the language model.</summary>
    public int OutputSize { get; init; } = 2048;

    public int Channels { get; init; } = 3;

    /// <summary>Side of a patch in pixels.</summary>
    public int PatchSize { get; init; } = 14;

    /// <summary>Frames in a patch; a still image stands for as many equal ones.</summary>
    public int TemporalPatchSize { get; init; } = 2;

    /// <summary>Patches along the side of a group that becomes one token.</summary>
    public int MergeSize { get; init; } = 2;

    /// <summary>Side in pixels of the windows that most blocks attend in (Qwen2.5-VL).</summary>
    public int WindowSize { get; init; } = 112;

    /// <summary>The blocks that attend over the whole image (Qwen2.5-VL).</summary>
    public ImmutableArray<int> FullAttentionBlocks { get; init; } = [7, 15, 23, 31];

    /// <summary>Side of the table of learned positions (Qwen3-VL); 0: there is none.</summary>
    public int PositionGrid { get; init; }

    /// <summary>The blocks whose states are added to the language model's first layers (Qwen3-VL).</summary>
    public ImmutableArray<int> DeepstackBlocks { get; init; } = [];

    /// <summary>Whether it is Qwen3-VL's: layer norms, learned positions, no windows, deepstack.</summary>
    public bool IsQwen3 => PositionGrid > 0;

    public int HeadSize => HiddenSize / Heads;

    /// <summary>Patches that become one token.</summary>
    public int GroupSize => MergeSize * MergeSize;

    /// <summary>Values of a patch.</summary>
    public int PatchValues => Channels * TemporalPatchSize * PatchSize * PatchSize;

    /// <exception cref="ModelFolderException">A field is missing, of another kind, or names something unsupported.</exception>
    public static QwenVisionConfig FromJson(ConfigSection json)
    {
        var isQwen3 = json.Has("deepstack_visual_indexes");
        json.RequireOneOf("hidden_act", isQwen3 ? "gelu_pytorch_tanh" : "silu", isQwen3 ? "gelu_pytorch_tanh" : "silu");
        var layers = json.Depth("depth");
        var config = new QwenVisionConfig
        {
            HiddenSize = json.Size("hidden_size"),
            Layers = layers,
            Heads = json.Size("num_heads"),
            IntermediateSize = json.Size("intermediate_size"),
            OutputSize = json.Size("out_hidden_size"),
            Channels = json.Size("in_channels", json.Size("in_chans", 3)),
            PatchSize = json.Size("patch_size"),
            TemporalPatchSize = json.Size("temporal_patch_size", 2),
            MergeSize = json.Size("spatial_merge_size", 2),
            WindowSize = isQwen3 ? 0 : json.Size("window_size"),
            FullAttentionBlocks = isQwen3 ? [] : Blocks(json, "fullatt_block_indexes", layers),
            PositionGrid = isQwen3 ? Root(json, "num_position_embeddings") : 0,
            DeepstackBlocks = isQwen3 ? Blocks(json, "deepstack_visual_indexes", layers) : [],
        };
        json.RequireMultiple("hidden_size", config.HiddenSize, "four times num_heads", 4 * config.Heads);
        if (config.Channels != 3)
            throw json.Unsupported("in_channels", $"{config.Channels}", "3 is");
        if (!isQwen3 && config.WindowSize < config.PatchSize * config.MergeSize)
            throw json.Unsupported("window_size", $"{config.WindowSize}", $"at least a group of patches, {config.PatchSize * config.MergeSize}, is");
        return config;
    }

    private static ImmutableArray<int> Blocks(ConfigSection json, string name, int layers)
    {
        var blocks = json.Numbers(name);
        return blocks.All(block => block >= 0 && block < layers && block == Math.Floor(block)) && blocks.Distinct().Count() == blocks.Length
            ? [.. blocks.Select(block => (int)block)]
            : throw json.Unsupported(name, $"[{string.Join(", ", blocks)}]", $"different blocks from 0 to {layers - 1} are");
    }

    private static int Root(ConfigSection json, string name)
    {
        var positions = json.Size(name);
        var side = (int)Math.Round(Math.Sqrt(positions));
        return side * side == positions ? side : throw json.Unsupported(name, $"{positions}", "the square of a whole number is");
    }
}
