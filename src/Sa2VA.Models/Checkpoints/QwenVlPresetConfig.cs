using System.Text.Json.Nodes;

namespace Sa2VA.Models.Checkpoints;

/// <summary>Writes the configuration of a preset over Qwen-VL with the fields of an official <c>config.json</c>.</summary>
internal static class QwenVlPresetConfig
{
    public static JsonObject Build(ModelPreset preset, QwenVlSize qwen, int vocabulary)
    {
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("Sa2VAChatModelQwen"),
            ["model_type"] = "sa2va_chat",
            ["template"] = "qwen_chat",
            ["tie_word_embeddings"] = false,
            ["torch_dtype"] = "bfloat16",
            ["vision_config"] = Vision(qwen, preset.Language.Width),
            ["text_config"] = Language(preset.Language, qwen, vocabulary),
        };
        if (preset.Tracker is { } tracker)
        {
            config["sam2"] = tracker.DeepClone();
            // What is tiny also sees few pixels.
            config["min_pixels"] = 4 * qwen.Vision.PatchSize * qwen.Vision.PatchSize;
            config["max_pixels"] = 64 * qwen.Vision.PatchSize * qwen.Vision.PatchSize;
        }

        return config;
    }

    public static JsonObject Vision(QwenVlSize qwen, int width)
    {
        var tower = qwen.Vision;
        var config = new JsonObject
        {
            ["model_type"] = tower.IsQwen3 ? "qwen3_vl" : "qwen2_5_vl",
            ["depth"] = tower.Layers,
            ["hidden_size"] = tower.HiddenSize,
            ["num_heads"] = tower.Heads,
            ["intermediate_size"] = tower.IntermediateSize,
            ["out_hidden_size"] = width,
            ["in_channels"] = tower.Channels,
            ["patch_size"] = tower.PatchSize,
            ["temporal_patch_size"] = tower.TemporalPatchSize,
            ["spatial_merge_size"] = tower.MergeSize,
            ["hidden_act"] = tower.IsQwen3 ? "gelu_pytorch_tanh" : "silu",
        };
        if (tower.IsQwen3)
        {
            config["num_position_embeddings"] = tower.PositionGrid * tower.PositionGrid;
            config["deepstack_visual_indexes"] = new JsonArray([.. tower.DeepstackBlocks.Select(block => JsonValue.Create(block))]);
        }
        else
        {
            config["window_size"] = tower.WindowSize;
            config["fullatt_block_indexes"] = new JsonArray([.. tower.FullAttentionBlocks.Select(block => JsonValue.Create(block))]);
        }

        return config;
    }

    public static JsonObject Language(LanguageModelSize size, QwenVlSize qwen, int vocabulary) => new()
    {
        ["model_type"] = qwen.Vision.IsQwen3 ? "qwen3_vl_text" : "qwen2_5_vl_text",
        ["vocab_size"] = vocabulary,
        ["hidden_size"] = size.Width,
        ["num_hidden_layers"] = size.Layers,
        ["num_attention_heads"] = size.Heads,
        ["num_key_value_heads"] = size.KeyValueHeads,
        ["head_dim"] = qwen.HeadSize,
        ["intermediate_size"] = size.Hidden,
        ["hidden_act"] = "silu",
        ["rms_norm_eps"] = 1e-6,
        ["rope_theta"] = qwen.Vision.IsQwen3 ? 5_000_000.0 : 1_000_000.0,
        ["rope_scaling"] = new JsonObject
        {
            ["rope_type"] = "default",
            ["mrope_section"] = new JsonArray([.. qwen.RotarySections.Select(section => JsonValue.Create(section))]),
            ["mrope_interleaved"] = qwen.Vision.IsQwen3,
        },
        ["max_position_embeddings"] = 128_000,
        ["use_sliding_window"] = false,
        ["tie_word_embeddings"] = false,
    };
}
