using Sa2VA.Models.Sa2va;

namespace Sa2VA.Models.LanguageModels;

/// <summary>Hyper-parameters of a decoder (<c>llm_config</c>).</summary>
public sealed record LanguageModelConfig
{
    /// <summary>The class that runs it, as <c>architectures</c> names it.</summary>
    public LanguageModelFamily Family { get; init; } = LanguageModelFamily.Qwen2;

    public int HiddenSize { get; init; } = 896;

    public int IntermediateSize { get; init; } = 4864;

    public int Layers { get; init; } = 24;

    public int Heads { get; init; } = 14;

    /// <summary>Key and value heads; each serves Heads / KeyValueHeads query heads.</summary>
    public int KeyValueHeads { get; init; } = 2;

    public int VocabularySize { get; init; } = 151_679;

    public double RmsNormEps { get; init; } = 1e-6;

    public double RopeTheta { get; init; } = 1e6;

    /// <summary>Factor of InternLM2's dynamic NTK scaling; 0 for none.</summary>
    public double DynamicRopeFactor { get; init; }

    /// <summary>Tokens that the model was trained for; the dynamic scaling starts above.</summary>
    public int MaxPositions { get; init; } = 32_768;

    /// <summary>Whether the output head may be the embedding. Official Sa2VA files hold a head of its own all the same.</summary>
    public bool TieWordEmbeddings { get; init; }

    public int HeadSize => HiddenSize / Heads;

    /// <exception cref="ModelFolderException">A field is missing, of another kind, or names something unsupported.</exception>
    public static LanguageModelConfig FromJson(ConfigSection json)
    {
        var architecture = json.FirstOf("architectures") ?? "";
        var family = architecture switch
        {
            "Qwen2ForCausalLM" => LanguageModelFamily.Qwen2,
            "InternLM2ForCausalLM" => LanguageModelFamily.InternLm2,
            _ => throw json.Unsupported("architectures", $"'{architecture}'", "'Qwen2ForCausalLM' and 'InternLM2ForCausalLM' are"),
        };
        return FromJson(json, family);
    }

    public static LanguageModelConfig FromJson(ConfigSection json, LanguageModelFamily family)
    {
        json.RequireOneOf("hidden_act", "silu", "silu");
        if (family == LanguageModelFamily.InternLm2 && json.Flag("bias", fallback: false))
            throw json.Unsupported("bias", "true", "InternLM2 without biases is");
        if (json.Flag("use_sliding_window", fallback: false))
            throw json.Unsupported("use_sliding_window", "true", "attention to all earlier tokens is");

        var heads = json.Size("num_attention_heads");
        var config = new LanguageModelConfig
        {
            Family = family,
            HiddenSize = json.Size("hidden_size"),
            IntermediateSize = json.Size("intermediate_size"),
            Layers = json.Size("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = json.Size("num_key_value_heads", heads),
            VocabularySize = json.Size("vocab_size"),
            RmsNormEps = json.Number("rms_norm_eps", 1e-6),
            RopeTheta = json.Number("rope_theta", 10_000),
            // InternVL's Qwen2 configurations carry the same entry; it changes nothing below 32768 tokens and their code ignores it.
            DynamicRopeFactor = family == LanguageModelFamily.InternLm2 ? DynamicFactor(json) : 0,
            MaxPositions = json.Size("max_position_embeddings", 32_768),
            TieWordEmbeddings = json.Flag("tie_word_embeddings", fallback: false),
        };
        json.RequireMultiple("hidden_size", config.HiddenSize, "num_attention_heads", heads);
        json.RequireMultiple("num_attention_heads", heads, "num_key_value_heads", config.KeyValueHeads);
        return config;
    }

    private static double DynamicFactor(ConfigSection json)
    {
        if (!json.Has("rope_scaling"))
            return 0;
        var scaling = json.Section("rope_scaling");
        scaling.RequireOneOf("type", scaling.Text("rope_type", "dynamic"), "dynamic");
        return scaling.Number("factor", 1);
    }
}

/// <summary>The decoders that can be run.</summary>
public enum LanguageModelFamily
{
    /// <summary>Qwen2 and Qwen2.5.</summary>
    Qwen2,
    InternLm2,
}
