using Sa2VA.Models.Weights;

namespace Sa2VA.Models.Sa2va;

/// <summary>Where a model over Qwen-VL keeps its parts: the names depend on the version of transformers that saved them.</summary>
internal sealed class QwenVlScopes
{
    private readonly string _visual;
    private readonly string _text;
    private readonly string _head;

    private QwenVlScopes(string visual, string text, string head) => (_visual, _text, _head) = (visual, text, head);

    /// <summary>A Sa2VA; a new one gets these names.</summary>
    public static QwenVlScopes Sa2va { get; } = new("model.model.visual", "model.model.language_model", "model.lm_head");

    /// <summary>A UniPixel.</summary>
    public static QwenVlScopes UniPixel { get; } = new("visual", "model", "lm_head");

    public WeightScope VisionOf(WeightScope root) => First(root, _visual, ["model.model.visual", "model.visual", "visual"], "patch_embed.proj.weight");

    public WeightScope LanguageOf(WeightScope root) =>
        First(root, _text, ["model.model.language_model", "model.language_model", "language_model.model", "model.model", "model"], "embed_tokens.weight");

    public WeightScope HeadOf(WeightScope root) => First(root, _head, ["model.lm_head", "lm_head", "language_model.lm_head"], "weight");

    private static WeightScope First(WeightScope root, string ownName, string[] names, string tensor) =>
        root[names.FirstOrDefault(name => root[name].Has(tensor)) ?? ownName];
}
