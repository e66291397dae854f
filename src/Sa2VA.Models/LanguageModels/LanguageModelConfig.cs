using System.Collections.Immutable;
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

    /// <summary>Width of a head; the model's width divided among the heads, unless the family says otherwise (Qwen3).</summary>
    public int HeadSize { get => field > 0 ? field : HiddenSize / Heads; init; }

    /// <summary>Phi-3's rotary scaling.</summary>
    public LongRope? LongRope { get; init; }

    /// <summary>For each rotary frequency the position that turns it: 0 time, 1 row, 2 column. Empty: tokens have one position.</summary>
    public ImmutableArray<int> RotaryAxes { get; init; } = [];

    /// <exception cref="ModelFolderException">A field is missing, of another kind, or names something unsupported.</exception>
    public static LanguageModelConfig FromJson(ConfigSection json)
    {
        var architecture = json.FirstOf("architectures") ?? "";
        var family = architecture switch
        {
            "Qwen2ForCausalLM" => LanguageModelFamily.Qwen2,
            "InternLM2ForCausalLM" => LanguageModelFamily.InternLm2,
            "Phi3ForCausalLM" => LanguageModelFamily.Phi3,
            "Qwen3ForCausalLM" => LanguageModelFamily.Qwen3,
            _ => throw json.Unsupported("architectures", $"'{architecture}'", "'Qwen2ForCausalLM', 'InternLM2ForCausalLM', 'Phi3ForCausalLM' and 'Qwen3ForCausalLM' are"),
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
        if (family == LanguageModelFamily.Phi3 && json.Size("sliding_window", LanguageModel.ContextLimit) < LanguageModel.ContextLimit)
            throw json.Unsupported("sliding_window", $"{json.Size("sliding_window")}", $"attention to all of {LanguageModel.ContextLimit} tokens is");
        if (family == LanguageModelFamily.Qwen3 && json.Flag("attention_bias", fallback: false))
            throw json.Unsupported("attention_bias", "true", "Qwen3 without biases is");

        var heads = json.Size("num_attention_heads");
        var hidden = json.Size("hidden_size");
        if (family != LanguageModelFamily.Qwen3 || !json.Has("head_dim"))
            json.RequireMultiple("hidden_size", hidden, "num_attention_heads", heads);
        var headSize = family == LanguageModelFamily.Qwen3 && json.Has("head_dim") ? json.Size("head_dim") : hidden / heads;
        if (headSize < 2 || headSize % 2 != 0)
            throw json.Unsupported("hidden_size", $"{hidden} with {heads} heads", "heads of an even width are");
        var maxPositions = json.Size("max_position_embeddings", 32_768);
        var config = new LanguageModelConfig
        {
            Family = family,
            HiddenSize = hidden,
            IntermediateSize = json.Size("intermediate_size"),
            Layers = json.Depth("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = json.Size("num_key_value_heads", heads),
            VocabularySize = json.Size("vocab_size"),
            RmsNormEps = json.Number("rms_norm_eps", 1e-6),
            RopeTheta = Theta(json),
            HeadSize = headSize,
            LongRope = family == LanguageModelFamily.Phi3 ? LongRope.FromJson(json, maxPositions, headSize) : null,
            RotaryAxes = family is LanguageModelFamily.Qwen2 or LanguageModelFamily.Qwen3 ? LanguageModels.RotaryAxes.FromJson(json, family, headSize) : [],
            // InternVL's Qwen2 configurations carry the same entry; it changes nothing below 32768 tokens and their code ignores it.
            DynamicRopeFactor = family == LanguageModelFamily.InternLm2 ? DynamicFactor(json) : 0,
            MaxPositions = maxPositions,
            TieWordEmbeddings = json.Flag("tie_word_embeddings", fallback: false),
        };
        json.RequireMultiple("num_attention_heads", heads, "num_key_value_heads", config.KeyValueHeads);
        return config;
    }

    // New versions of transformers keep everything about the rotation in one place.
    private static double Theta(ConfigSection json)
    {
        var theta = json.Number("rope_theta", json.Has("rope_parameters") ? json.Section("rope_parameters").Number("rope_theta", 10_000) : 10_000);
        return theta > 1 ? theta : throw json.Unsupported("rope_theta", $"{theta}", "a number above 1 is");
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

    /// <summary>Phi-3 and Phi-3.5 mini.</summary>
    Phi3,
    Qwen3,
}
