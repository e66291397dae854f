using System.Text.Json.Nodes;
using Sa2VA.Models.DeSa2va;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Models.Checkpoints;

/// <summary>Writes the configuration of a preset with the fields of an official <c>config.json</c>.</summary>
internal static class PresetConfig
{
    public static JsonObject? Build(ModelPreset preset, int vocabulary) => preset switch
    {
        { Kind: ModelKind.Sam2, Tracker: null } => null,
        { Kind: ModelKind.Sam2, Tracker: { } tracker } => new JsonObject { ["sam2"] = tracker.DeepClone() },
        { Kind: ModelKind.UniPixel } => UniPixelPresetConfig.Build(preset, vocabulary),
        { Qwen: { } qwen } => QwenVlPresetConfig.Build(preset, qwen, vocabulary),
        _ => Sa2va(preset, vocabulary),
    };

    // The wrapper's settings of Sa2VA-1B and 4B. "auto_map" names Python files that these folders do not hold, so it is left out.
    private static JsonObject Sa2va(ModelPreset preset, int vocabulary)
    {
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("Sa2VAChatModel"),
            ["model_type"] = "sa2va_chat",
            ["template"] = ChatTemplate.Default(preset.Family).Name,
            ["force_image_size"] = preset.Vision.ImageSize,
            ["downsample_ratio"] = 0.5,
            ["ps_version"] = "v2",
            ["select_layer"] = -1,
            ["dynamic_image_size"] = true,
            ["use_thumbnail"] = true,
            ["min_dynamic_patch"] = 1,
            ["max_dynamic_patch"] = 12,
            ["pad2square"] = false,
            ["use_backbone_lora"] = 0,
            ["use_llm_lora"] = 0,
            ["hidden_size"] = preset.Language.Width,
            ["tie_word_embeddings"] = false,
            ["torch_dtype"] = "bfloat16",
            ["vision_config"] = Vision(preset.Vision),
            ["llm_config"] = Language(preset, vocabulary),
        };
        if (preset.Tracker is { } tracker)
            config["sam2"] = tracker.DeepClone();
        if (preset.Decoupled is { } decoupled)
            config[DecoupledConfig.Section] = new JsonObject { ["fusion"] = decoupled.Fusion == MaskFusion.Max ? "max" : "mean" };
        return config;
    }

    // InternViT-300M-448px.
    private static JsonObject Vision(VisionTowerSize size) => new()
    {
        ["architectures"] = new JsonArray("InternVisionModel"),
        ["model_type"] = "intern_vit_6b",
        ["hidden_size"] = size.Width,
        ["num_hidden_layers"] = size.Layers,
        ["num_attention_heads"] = size.Heads,
        ["intermediate_size"] = size.Hidden,
        ["image_size"] = size.ImageSize,
        ["patch_size"] = 14,
        ["num_channels"] = 3,
        ["norm_type"] = size.Is6B ? "rms_norm" : "layer_norm",
        ["layer_norm_eps"] = 1e-6,
        ["qk_normalization"] = size.Is6B,
        ["qkv_bias"] = !size.Is6B,
        ["hidden_act"] = "gelu",
        ["initializer_factor"] = 1.0,
        ["initializer_range"] = 0.02,
        ["attention_dropout"] = 0.0,
        ["dropout"] = 0.0,
        ["drop_path_rate"] = 0.1,
    };

    private static JsonObject Language(ModelPreset preset, int vocabulary)
    {
        var (family, size) = (preset.Family, preset.Language);
        var config = Qwen2(size, vocabulary);
        if (family == LanguageModelFamily.Qwen2)
            return config;
        config["architectures"] = new JsonArray(family == LanguageModelFamily.InternLm2 ? "InternLM2ForCausalLM" : "Phi3ForCausalLM");
        config["model_type"] = family == LanguageModelFamily.InternLm2 ? "internlm2" : "phi3";
        config["rms_norm_eps"] = 1e-5;
        config.Remove("use_sliding_window");
        if (family == LanguageModelFamily.InternLm2)
            config["bias"] = false;
        else
            Phi3(config, size);
        return config;
    }

    // Phi-3-mini-128k. The learned factors are not known here; these grow in the same way.
    private static void Phi3(JsonObject config, LanguageModelSize size)
    {
        var frequencies = size.Width / size.Heads / 2;
        config["rope_theta"] = 10_000.0;
        config["max_position_embeddings"] = 131_072;
        config["original_max_position_embeddings"] = 4096;
        config["sliding_window"] = 262_144;
        config["rope_scaling"] = new JsonObject
        {
            ["type"] = "su",
            ["short_factor"] = new JsonArray([.. Enumerable.Range(0, frequencies).Select(i => JsonValue.Create(1 + 0.05 * i))]),
            ["long_factor"] = new JsonArray([.. Enumerable.Range(0, frequencies).Select(i => JsonValue.Create(1 + 1.25 * i))]),
        };
    }

    // Qwen2.5-Instruct inside InternVL.
    private static JsonObject Qwen2(LanguageModelSize size, int vocabulary) => new()
    {
        ["architectures"] = new JsonArray("Qwen2ForCausalLM"),
        ["model_type"] = "qwen2",
        ["vocab_size"] = vocabulary,
        ["hidden_size"] = size.Width,
        ["num_hidden_layers"] = size.Layers,
        ["num_attention_heads"] = size.Heads,
        ["num_key_value_heads"] = size.KeyValueHeads,
        ["intermediate_size"] = size.Hidden,
        ["hidden_act"] = "silu",
        ["rms_norm_eps"] = 1e-6,
        ["rope_theta"] = 1_000_000.0,
        ["rope_scaling"] = new JsonObject { ["type"] = "dynamic", ["factor"] = 2.0 },
        ["max_position_embeddings"] = 32768,
        ["use_sliding_window"] = false,
        ["attention_dropout"] = 0.0,
        ["initializer_range"] = 0.02,
        ["tie_word_embeddings"] = false,
        ["use_cache"] = true,
    };

    /// <summary>A SAM 2.0 tracker with every part and the flags of Sa2VA's own, for squares of 128 pixels.</summary>
    public static JsonNode TinyTracker() => JsonNode.Parse(
        """
        {
          "image_size": 128,
          "image_encoder": {
            "scalp": 1,
            "trunk": {
              "embed_dim": 16, "num_heads": 1, "stages": [1, 2, 3, 1], "global_att_blocks": [4],
              "window_spec": [8, 4, 8, 4], "window_pos_embed_bkg_spatial_size": [7, 7]
            },
            "neck": {
              "d_model": 32, "backbone_channel_list": [128, 64, 32, 16], "fpn_top_down_levels": [2, 3], "fpn_interp_model": "nearest",
              "position_encoding": { "num_pos_feats": 32, "normalize": true, "scale": null, "temperature": 10000 }
            }
          },
          "memory_attention": {
            "d_model": 32, "num_layers": 2, "pos_enc_at_input": true,
            "layer": {
              "activation": "relu", "d_model": 32, "dim_feedforward": 64, "dropout": 0.1,
              "pos_enc_at_attn": false, "pos_enc_at_cross_attn_keys": true, "pos_enc_at_cross_attn_queries": false,
              "self_attention": { "embedding_dim": 32, "num_heads": 1, "downsample_rate": 1, "rope_theta": 10000.0, "feat_sizes": [8, 8] },
              "cross_attention": {
                "embedding_dim": 32, "num_heads": 1, "downsample_rate": 1, "rope_theta": 10000.0, "feat_sizes": [8, 8],
                "kv_in_dim": 16, "rope_k_repeat": true
              }
            }
          },
          "memory_encoder": {
            "in_dim": 32, "out_dim": 16,
            "mask_downsampler": { "embed_dim": 32, "kernel_size": 3, "stride": 2, "padding": 1 },
            "fuser": { "num_layers": 2, "layer": { "dim": 32, "kernel_size": 7, "padding": 3, "use_dwconv": true, "layer_scale_init_value": 1e-06 } },
            "position_encoding": { "num_pos_feats": 16, "normalize": true, "scale": null, "temperature": 10000 }
          },
          "num_maskmem": 7,
          "sigmoid_scale_for_mem_enc": 20.0, "sigmoid_bias_for_mem_enc": -10.0,
          "use_mask_input_as_output_without_sam": true, "directly_add_no_mem_embed": true,
          "use_high_res_features_in_sam": true, "iou_prediction_use_sigmoid": true,
          "multimask_output_in_sam": true, "multimask_min_pt_num": 0, "multimask_max_pt_num": 1,
          "multimask_output_for_tracking": true, "use_multimask_token_for_obj_ptr": true,
          "use_obj_ptrs_in_encoder": true, "add_tpos_enc_to_obj_ptrs": false, "only_obj_ptrs_in_the_past_for_eval": true,
          "pred_obj_scores": true, "pred_obj_scores_mlp": true, "fixed_no_obj_ptr": true, "use_mlp_for_obj_ptr_proj": true,
          "sam_mask_decoder_extra_args": {
            "dynamic_multimask_via_stability": true, "dynamic_multimask_stability_delta": 0.05, "dynamic_multimask_stability_thresh": 0.98
          }
        }
        """)!;

    /// <summary>The same as a SAM 2.1 with UniPixel's flags.</summary>
    public static JsonNode TinyTracker21()
    {
        var tracker = TinyTracker();
        foreach (var added in (string[])["no_obj_embed_spatial", "add_tpos_enc_to_obj_ptrs", "proj_tpos_enc_in_obj_ptrs", "use_signed_tpos_enc_to_obj_ptrs", "add_all_frames_to_correct_as_cond"])
            tracker[added] = true;
        tracker.AsObject().Remove("sam_mask_decoder_extra_args");
        return tracker;
    }
}
