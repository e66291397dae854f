using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Models.Checkpoints;

/// <summary>The tokenizer of a folder, as far as an inspection goes.</summary>
/// <param name="Tokens">Number of tokens; 0 when it cannot be used.</param>
/// <param name="Segmentation">The id of <c>[SEG]</c>, or null.</param>
/// <param name="Problem">Why it cannot be used, or null.</param>
public sealed record TokenizerSummary(int Tokens, int? Segmentation, string? Problem)
{
    internal static TokenizerSummary Of(string folder)
    {
        try
        {
            var tokenizer = Tokenizer.Load(folder);
            return tokenizer.Id(QwenTokens.Segmentation) is { } id
                ? new TokenizerSummary(tokenizer.Count, id, Problem: null)
                : new TokenizerSummary(tokenizer.Count, Segmentation: null, $"It has no token '{QwenTokens.Segmentation}', so it is the base model's. Copy the tokenizer files that came with the checkpoint.");
        }
        catch (ModelFolderException e)
        {
            return new TokenizerSummary(0, Segmentation: null, e.Message);
        }
    }
}
