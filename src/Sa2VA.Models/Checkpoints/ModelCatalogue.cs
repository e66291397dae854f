using System.Text.Json;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.UniPixel;
using Sa2VA.Models.Weights;

namespace Sa2VA.Models.Checkpoints;

/// <summary>Lists the parameters of a configuration by building its modules without values.</summary>
internal static class ModelCatalogue
{
    /// <summary>A Sa2VA.</summary>
    /// <param name="config">Architecture.</param>
    /// <param name="isPresent">Whether an optional tensor is there; null leaves it to the configuration.</param>
    public static IReadOnlyCollection<WeightSpec> Of(Sa2vaConfig config, Func<string, bool?>? isPresent = null)
    {
        using var store = new CatalogueStore(isPresent);
        var root = new WeightScope(store);
        _ = new Sa2vaNetwork(root, root, config);
        return [.. store.Specs];
    }

    /// <summary>A UniPixel.</summary>
    /// <param name="config">Architecture.</param>
    /// <param name="isPresent">Whether an optional tensor is there; null leaves it to the configuration.</param>
    public static IReadOnlyCollection<WeightSpec> Of(UniPixelConfig config, Func<string, bool?>? isPresent = null)
    {
        using var store = new CatalogueStore(isPresent);
        var root = new WeightScope(store);
        _ = new UniPixelNetwork(root, root, config);
        return [.. store.Specs];
    }

    /// <summary>A tracker alone.</summary>
    public static IReadOnlyCollection<WeightSpec> Of(Sam2Config config)
    {
        using var store = new CatalogueStore();
        _ = new Sam2Model(new WeightScope(store), config);
        return [.. store.Specs];
    }

    /// <summary>What a preset's checkpoint holds.</summary>
    public static IReadOnlyCollection<WeightSpec> Of(ModelPreset preset, JsonElement? config) => preset switch
    {
        { Published: { } published } => Of(published),
        { Kind: ModelKind.UniPixel } => Of(UniPixelConfig.FromJson(config!.Value)),
        { Kind: ModelKind.Sam2 } => Of(Sam2Config.FromJson(config!.Value)),
        _ => Of(Sa2vaConfig.FromJson(config!.Value) with { HasModifiedDecoder = preset.HasModifiedDecoder }),
    };
}
