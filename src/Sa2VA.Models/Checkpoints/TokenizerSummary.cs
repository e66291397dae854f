using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.UniPixel;

namespace Sa2VA.Models.Checkpoints;

/// <summary>The tokenizer of a folder, as far as an inspection goes.</summary>
/// <param name="Tokens">Number of tokens; 0 when it cannot be used.</param>
/// <param name="Segmentation">The id of <see cref="SegmentationToken"/>, or null.</param>
/// <param name="Problem">Why it cannot be used, or null.</param>
public sealed record TokenizerSummary(int Tokens, int? Segmentation, string? Problem)
{
    /// <summary>The token that stands for a mask: <c>[SEG]</c>, or UniPixel's <c>&lt;|seg|&gt;</c>.</summary>
    public string SegmentationToken { get; init; } = QwenTokens.Segmentation;

    internal static TokenizerSummary Of(string folder, ModelKind kind)
    {
        var token = kind == ModelKind.UniPixel ? UniPixelTokens.Segmentation : QwenTokens.Segmentation;
        try
        {
            var tokenizer = Tokenizer.Load(folder);
            return new TokenizerSummary(tokenizer.Count, tokenizer.Id(token), tokenizer.Id(token) is null
                ? $"It has no token '{token}', so it is the base model's. Copy the tokenizer files that came with the checkpoint." : null) { SegmentationToken = token };
        }
        catch (ModelFolderException e)
        {
            return new TokenizerSummary(0, Segmentation: null, e.Message) { SegmentationToken = token };
        }
    }
}
