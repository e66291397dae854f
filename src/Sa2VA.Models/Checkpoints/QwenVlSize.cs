using Sa2VA.Models.QwenVl;

namespace Sa2VA.Models.Checkpoints;

/// <summary>What differs between the presets over Qwen-VL.</summary>
/// <param name="Vision">The tower, but for its output, which has the language model's width.</param>
/// <param name="HeadSize">Of the language model.</param>
/// <param name="RotarySections">Rotary frequencies for time, row and column.</param>
internal sealed record QwenVlSize(QwenVisionConfig Vision, int HeadSize, int[] RotarySections)
{
    public static QwenVlSize Qwen25 { get; } = new(new QwenVisionConfig(), 128, [16, 24, 24]);

    public static QwenVlSize Qwen3 { get; } = new(
        new QwenVisionConfig
        {
            HiddenSize = 1024, Layers = 24, IntermediateSize = 4096, PatchSize = 16, WindowSize = 0, FullAttentionBlocks = [], PositionGrid = 48, DeepstackBlocks = [5, 11, 17],
        },
        128, [24, 20, 20]);

    public static QwenVlSize TinyQwen25 { get; } = new(
        new QwenVisionConfig { HiddenSize = 32, Layers = 3, Heads = 2, IntermediateSize = 48, WindowSize = 56, FullAttentionBlocks = [1] }, 16, [2, 3, 3]);

    public static QwenVlSize TinyQwen3 { get; } = new(
        new QwenVisionConfig
        {
            HiddenSize = 32, Layers = 3, Heads = 2, IntermediateSize = 48, PatchSize = 16, WindowSize = 0, FullAttentionBlocks = [], PositionGrid = 6, DeepstackBlocks = [0, 2],
        },
        24, [4, 4, 4]);
}
