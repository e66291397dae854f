using System.Collections.Immutable;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Checkpoints;

/// <summary>A named part of a model and what it weighs.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Prefix">What the names of its tensors begin with.</param>
/// <param name="Tensors">Number of tensors.</param>
/// <param name="Parameters">Number of values.</param>
/// <param name="Bytes">Size in the files.</param>
/// <param name="Dtypes">Values per stored element type.</param>
public sealed record ModelPart(string Name, string Prefix, int Tensors, long Parameters, long Bytes, ImmutableSortedDictionary<string, long> Dtypes)
{
    // The order is that of the longest prefix first where one contains another.
    private static readonly (string Name, string Prefix)[] Known =
    [
        ("vision tower", "vision_model."), ("projector", "mlp1."), ("language model", "language_model."), ("segmentation projection", "text_hidden_fcs."),
        ("vision tower", "model.visual."), ("vision tower", "model.model.visual."), ("vision tower", "visual."),
        ("segmentation projection", "seg_head."), ("reference encoder", "ref_encoder."), ("reference encoder", "ref_proj"), ("reference encoder", "tem_"), ("object projection", "msk_proj."),
        ("decoupling", "desa2va."), ("text mask decoder", "*sam_mask_decoder_text."),
        ("modified mask decoder", "*sam_mask_decoder_modified."), ("mask decoder", "*sam_mask_decoder."), ("prompt encoder", "*sam_prompt_encoder."),
        ("image encoder", "*image_encoder."), ("memory attention", "*memory_attention."), ("memory encoder", "*memory_encoder."), ("tracker tokens", "*"),
        ("language model", "model."), ("language model", "lm_head."),
    ];

    /// <summary>Divides all tensors among the parts; what belongs to none is "other".</summary>
    internal static ImmutableArray<ModelPart> Divide(SafetensorsFolder weights, string? trackerPrefix)
    {
        var parts = new Dictionary<string, List<(string Prefix, SafetensorsEntry Entry)>>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var entry in weights.Files.SelectMany(file => file.Entries))
        {
            var (name, prefix) = PartOf(entry.Name, trackerPrefix);
            if (!parts.TryGetValue(name, out var entries))
                parts.Add(name, entries = []);
            entries.Add((prefix, entry));
        }

        order.AddRange(Known.Select(known => known.Name).Distinct(StringComparer.Ordinal).Append("other").Where(parts.ContainsKey));
        return [.. order.Select(name => Sum(name, parts[name]))];
    }

    private static (string Name, string Prefix) PartOf(string tensor, string? trackerPrefix)
    {
        foreach (var (name, pattern) in Known)
        {
            if (pattern[0] == '*' && trackerPrefix is null)
                continue;
            var prefix = pattern[0] == '*' ? trackerPrefix + pattern[1..] : pattern;
            if (tensor.StartsWith(prefix, StringComparison.Ordinal))
                return (name, prefix);
        }

        return ("other", "");
    }

    private static ModelPart Sum(string name, List<(string Prefix, SafetensorsEntry Entry)> entries) => new(
        name, entries[0].Prefix, entries.Count, entries.Sum(entry => entry.Entry.ElementCount), entries.Sum(entry => entry.Entry.ByteCount),
        entries.GroupBy(entry => entry.Entry.Dtype.Name(), StringComparer.Ordinal)
            .ToImmutableSortedDictionary(group => group.Key, group => group.Sum(entry => entry.Entry.ElementCount), StringComparer.Ordinal));
}
