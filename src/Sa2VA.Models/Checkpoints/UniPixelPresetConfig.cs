using System.Text.Json.Nodes;
using Sa2VA.Models.UniPixel;

namespace Sa2VA.Models.Checkpoints;

/// <summary>Writes the configuration of a UniPixel preset with the fields of an official <c>config.json</c>.</summary>
internal static class UniPixelPresetConfig
{
    // Qwen2.5-VL's embedding, whose last rows no token of its own has.
    private const int PublishedVocabulary = 151_936;

    private const int TinyCell = 28 * 28;

    public static JsonObject Build(ModelPreset preset, int vocabulary)
    {
        var (qwen, width) = (preset.Qwen!, preset.Language.Width);
        var tokenizer = preset.NewTokenizer();
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("PixelQwen2_5_VLForConditionalGeneration"),
            ["model_type"] = "pixel_qwen2_5_vl",
            ["conv_type"] = "chatml",
            ["sam2_config"] = "configs/sam2.1_hiera_b+",
            ["sam2_checkpoint"] = null,
            ["sam2_image_size"] = UniPixelConfig.PublishedImageSize,
            ["sam2_hidden_tokens"] = 2,
            ["sam2_batch_mode"] = false,
            ["sam2_enable_decoder"] = true,
            ["hidden_size"] = width,
            ["tie_word_embeddings"] = false,
            ["torch_dtype"] = "bfloat16",
            ["vision_config"] = QwenVlPresetConfig.Vision(qwen, width),
            ["text_config"] = QwenVlPresetConfig.Language(preset.Language, qwen, Math.Max(vocabulary, preset.Tracker is null ? PublishedVocabulary : 0)),
            ["ref_token_id"] = tokenizer.Id(UniPixelTokens.Reference),
            ["seg_token_id"] = tokenizer.Id(UniPixelTokens.Segmentation),
            ["mem_token_id"] = tokenizer.Id(UniPixelTokens.Memory),
        };
        if (preset.Tracker is { } tracker)
        {
            config["sam2"] = tracker.DeepClone();
            config["sam2_image_size"] = (int)tracker["image_size"]!;
            // What is tiny also sees few pixels.
            config["min_pixels"] = TinyCell;
            config["max_pixels"] = 4 * TinyCell;
        }

        return config;
    }
}
