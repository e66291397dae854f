using System.Text.Json;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Checkpoints;

/// <summary>
/// The memory that a model will need on the CPU, in bytes, from sizes alone. Weights are exact; what the computation needs on top is
/// an estimate for float32 that counts the largest tensors alive at once.
/// </summary>
/// <param name="MappedWeights">Weights that stay in the mapped files: shared between processes, and given back when memory is short.</param>
/// <param name="ConvertedWeights">Weights that are copied because they are stored in a type that is not computed in.</param>
/// <param name="ImageEncoder">The tracker's image encoder, for one frame.</param>
/// <param name="KeyFrames">The language model with five key frames, or UniPixel's sixteen: its key/value cache, and the vision tower while it runs.</param>
/// <param name="PerObject">The tracker's memory bank of one object, however long the video.</param>
public sealed record MemoryEstimate(long MappedWeights, long ConvertedWeights, long ImageEncoder, long KeyFrames, long PerObject)
{
    private const int Float = 4;
    private const int Half = 2;

    // Sa2VA's default, for the language model and for the tracker, which is prompted on each of them.
    private const int KeyFrameCount = 5;

    // Frames of a longer video that UniPixel's language model sees.
    private const int UniPixelFrames = 16;

    // Question, template and answer.
    private const int TextTokens = 512;

    // SAM 2 reads the pointers of at most this many frames (max_obj_ptrs_in_encoder).
    private const int PointerFrames = 16;

    /// <summary>Everything for one object.</summary>
    public long Total => MappedWeights + ConvertedWeights + Math.Max(ImageEncoder, KeyFrames) + PerObject;

    internal static MemoryEstimate Of(SafetensorsFolder weights, JsonElement? config, Sam2Shape? tracker, int imageSize)
    {
        var (mapped, converted) = Weigh(weights);
        return new MemoryEstimate(
            mapped, converted, tracker is null ? 0 : EncoderBytes(tracker, imageSize), config is { } json ? KeyFrameBytes(json) : 0,
            tracker is null ? 0 : ObjectBytes(tracker, imageSize, config is { } model && (ConfigFile.Child(model, "llm_config") ?? ConfigFile.Child(model, "text_config")) is not null ? KeyFrameCount : 1));
    }

    // Matrices may stay bfloat16; whatever else is not float32 is widened when it is loaded.
    private static (long Mapped, long Converted) Weigh(SafetensorsFolder weights)
    {
        var (mapped, converted) = (0L, 0L);
        foreach (var entry in weights.Files.SelectMany(file => file.Entries))
        {
            if (entry.Dtype == SafetensorsDtype.F32 || (entry.Dtype == SafetensorsDtype.BF16 && entry.Shape.Length == 2))
                mapped += entry.ByteCount;
            else
                converted += entry.ElementCount * Float;
        }

        return (mapped, converted);
    }

    // The first stage is the widest: a token per 4 by 4 pixels; its residual, norm, qkv and the fourfold hidden layer are alive.
    private static long EncoderBytes(Sam2Shape tracker, int imageSize)
    {
        var tokens = (long)imageSize / 4 * (imageSize / 4);
        return tokens * tracker.EmbedDim * (1 + 1 + 3 + 4) * Float;
    }

    // Memories and pointers as they are remembered, and per layer of the attention the keys that are made of them once (until
    // TrackerOptions.KeyCacheBytes is reached). Every prompted frame is remembered, and the latest ones beside.
    private static long ObjectBytes(Sam2Shape tracker, int imageSize, int promptedFrames)
    {
        var tokens = (long)imageSize / 16 * (imageSize / 16) * (promptedFrames + Math.Max(0, tracker.MemorySlots - 1));
        var pointers = PointerFrames * tracker.HiddenWidth * Float;
        return tokens * tracker.MemoryWidth * Half + tokens * tracker.HiddenWidth * tracker.AttentionLayers * Float + pointers;
    }

    private static long KeyFrameBytes(JsonElement config)
    {
        if (ConfigFile.Child(config, "vision_config") is not { } vision)
            return 0;
        if (ConfigFile.Integer(config, "sam2_image_size") is not null)
            return UniPixelBytes(config, vision, ConfigFile.Child(config, "text_config") ?? config);
        if (ConfigFile.Child(config, "text_config") is { } text)
            return QwenVlKeyFrameBytes(config, vision, text);
        if (ConfigFile.Child(config, "llm_config") is not { } llm)
            return 0;
        var image = ConfigFile.Integer(config, "force_image_size") ?? ConfigFile.Integer(vision, "image_size") ?? 448;
        var patches = Square(image / Math.Max(1, ConfigFile.Integer(vision, "patch_size") ?? 14));
        return CacheBytes(llm, KeyFrameCount * patches / 4 + TextTokens) + TowerBytes(vision, patches + 1);
    }

    // Frames of the most pixels there can be, looked at one by one.
    private static long QwenVlKeyFrameBytes(JsonElement config, JsonElement vision, JsonElement text)
    {
        var patches = (ConfigFile.Integer(config, "max_pixels") ?? 2048 * 28 * 28) / Square(Math.Max(1, ConfigFile.Integer(vision, "patch_size") ?? 14));
        return CacheBytes(text, KeyFrameCount * patches / 4 + TextTokens) + TowerBytes(vision, patches) / KeyFrameCount;
    }

    // One clip of the sampled frames at the most pixels there can be, two of them to a row of tokens; four patches make a token.
    private static long UniPixelBytes(JsonElement config, JsonElement vision, JsonElement text)
    {
        var patches = (ConfigFile.Integer(config, "max_pixels") ?? 256 * 28 * 28) / Square(Math.Max(1, ConfigFile.Integer(vision, "patch_size") ?? 14));
        var clip = UniPixelFrames / 2 * patches;
        return CacheBytes(text, clip / 4 + TextTokens) + TowerBytes(vision, clip) / KeyFrameCount;
    }

    private static long CacheBytes(JsonElement llm, long tokens)
    {
        var heads = Math.Max(1, ConfigFile.Integer(llm, "num_attention_heads") ?? 1);
        var width = ConfigFile.Integer(llm, "head_dim") ?? (ConfigFile.Integer(llm, "hidden_size") ?? 0) / heads;
        return 2 * (ConfigFile.Integer(llm, "num_hidden_layers") ?? 0) * (ConfigFile.Integer(llm, "num_key_value_heads") ?? heads) * width * tokens * Float;
    }

    private static long TowerBytes(JsonElement vision, long tokens)
    {
        var width = ConfigFile.Integer(vision, "hidden_size") ?? 0;
        return KeyFrameCount * tokens * (5 * width + (ConfigFile.Integer(vision, "intermediate_size") ?? 4 * width)) * Float;
    }

    private static long Square(long side) => side * side;
}
