using Sa2VA.Models.Weights;

namespace Sa2VA.Models.Sa2va;

/// <summary>Where a Sa2VA over Qwen-VL keeps its parts: the names depend on the version of transformers that saved them. The first is what a new one gets.</summary>
internal static class QwenVlScopes
{
    private static readonly string[] Visual = ["model.model.visual", "model.visual", "visual"];
    private static readonly string[] Text = ["model.model.language_model", "model.language_model", "language_model.model", "model.model", "model"];
    private static readonly string[] Heads = ["model.lm_head", "lm_head", "language_model.lm_head"];

    public static WeightScope VisionOf(WeightScope root) => First(root, Visual, "patch_embed.proj.weight");

    public static WeightScope LanguageOf(WeightScope root) => First(root, Text, "embed_tokens.weight");

    public static WeightScope HeadOf(WeightScope root) => First(root, Heads, "weight");

    private static WeightScope First(WeightScope root, string[] names, string tensor) =>
        root[names.FirstOrDefault(name => root[name].Has(tensor)) ?? names[0]];
}
