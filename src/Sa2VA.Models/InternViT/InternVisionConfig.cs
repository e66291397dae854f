using Sa2VA.Models.Sa2va;

namespace Sa2VA.Models.InternViT;

/// <summary>Hyper-parameters of InternViT (<c>vision_config</c>).</summary>
public sealed record InternVisionConfig
{
    public int HiddenSize { get; init; } = 1024;

    public int Layers { get; init; } = 24;

    public int Heads { get; init; } = 16;

    public int IntermediateSize { get; init; } = 4096;

    /// <summary>Side in pixels of the images that the position table was made for.</summary>
    public int ImageSize { get; init; } = 448;

    public int PatchSize { get; init; } = 14;

    public int Channels { get; init; } = 3;

    /// <summary>RMS norms (the 6B tower) instead of layer norms (300M).</summary>
    public bool RmsNorm { get; init; }

    /// <summary>Whether queries and keys are normalised, over all heads together (6B).</summary>
    public bool QkNormalization { get; init; }

    public bool QkvBias { get; init; } = true;

    public double LayerNormEps { get; init; } = 1e-6;

    /// <summary>What the layer scales start at in a new model.</summary>
    public double InitializerFactor { get; init; } = 0.1;

    /// <summary>Patches along a side of the position table.</summary>
    public int Grid => ImageSize / PatchSize;

    /// <exception cref="ModelFolderException">A field is missing, of another kind, or names something unsupported.</exception>
    public static InternVisionConfig FromJson(ConfigSection json)
    {
        json.RequireOneOf("hidden_act", "gelu", "gelu");
        var config = new InternVisionConfig
        {
            HiddenSize = json.Size("hidden_size"),
            Layers = json.Depth("num_hidden_layers"),
            Heads = json.Size("num_attention_heads"),
            IntermediateSize = json.Size("intermediate_size"),
            ImageSize = json.Size("image_size"),
            PatchSize = json.Size("patch_size"),
            Channels = json.Size("num_channels", 3),
            RmsNorm = json.RequireOneOf("norm_type", "rms_norm", "rms_norm", "layer_norm") == "rms_norm",
            QkNormalization = json.Flag("qk_normalization", fallback: true),
            QkvBias = json.Flag("qkv_bias", fallback: false),
            LayerNormEps = json.Number("layer_norm_eps", 1e-6),
            InitializerFactor = json.Number("initializer_factor", 0.1),
        };
        json.RequireMultiple("hidden_size", config.HiddenSize, "num_attention_heads", config.Heads);
        json.RequireMultiple("image_size", config.ImageSize, "patch_size", config.PatchSize);
        return config;
    }
}
