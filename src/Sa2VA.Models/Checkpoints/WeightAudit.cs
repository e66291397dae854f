using Sa2VA.Models.Sa2va;
using Sa2VA.Models.UniPixel;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Checkpoints;

/// <summary>
/// Compares the tensors of a folder with those that its configuration asks for: all differences at once, where loading stops at
/// the first.
/// </summary>
internal static class WeightAudit
{
    private const int Shown = 5;

    /// <summary>One sentence for each kind of difference; none when the folder fits.</summary>
    public static IEnumerable<string> Differences(SafetensorsFolder weights, Sa2vaConfig config) =>
        Differences(weights, ModelCatalogue.Of(config, name => Find(weights, name) is not null));

    /// <summary>The same for a UniPixel.</summary>
    public static IEnumerable<string> Differences(SafetensorsFolder weights, UniPixelConfig config) =>
        Differences(weights, ModelCatalogue.Of(config, name => Find(weights, name) is not null));

    private static IEnumerable<string> Differences(SafetensorsFolder weights, IReadOnlyCollection<WeightSpec> specs)
    {
        var wanted = specs.Select(spec => (Spec: spec, Entry: Find(weights, spec.Name))).ToList();
        var missing = wanted.Where(pair => pair.Entry is null).Select(pair => $"{pair.Spec.Name} [{string.Join(", ", pair.Spec.Shape)}]").ToList();
        var misshaped = wanted.Where(pair => pair.Entry is { } entry && !entry.Shape.AsSpan().SequenceEqual(pair.Spec.Shape.AsSpan()))
            .Select(pair => $"{pair.Spec.Name} is {pair.Entry} instead of [{string.Join(", ", pair.Spec.Shape)}]").ToList();
        var used = wanted.Where(pair => pair.Entry is not null).Select(pair => pair.Entry!.Name).ToHashSet(StringComparer.Ordinal);
        var surplus = weights.TensorNames.Where(name => !used.Contains(name) && !WeightNames.IsBuffer(name)).Order(StringComparer.Ordinal).ToList();

        if (missing.Count > 0)
            yield return $"Tensors that the configuration asks for are missing ({missing.Count}): {Some(missing)}.";
        if (misshaped.Count > 0)
            yield return $"Tensors have another shape than the configuration asks for ({misshaped.Count}): {Some(misshaped)}.";
        if (surplus.Count > 0)
            yield return $"Tensors belong to no part of the model ({surplus.Count}): {Some(surplus)}.";
    }

    private static SafetensorsEntry? Find(SafetensorsFolder weights, string name)
    {
        foreach (var alternative in WeightNames.Alternatives(name))
        {
            if (weights.TryGet(alternative, out _, out var entry))
                return entry;
        }

        return null;
    }

    private static string Some(List<string> names) => string.Join("; ", names.Take(Shown)) + (names.Count > Shown ? "; …" : "");
}
