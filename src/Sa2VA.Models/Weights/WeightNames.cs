namespace Sa2VA.Models.Weights;

/// <summary>
/// Where the same tensor has different names in the wild, and what checkpoints hold besides parameters.
/// </summary>
public static class WeightNames
{
    // Old versions of transformers rename every key that contains "gamma". The layer scale of the memory encoder's fuser is therefore
    // "gamma" in the SAM 2 files, "g_weight" in those of the Sa2VA family and "weight" in those of UniPixel.
    private static readonly string[] LayerScale = [".gamma", ".g_weight", ".weight"];

    // Tables that old versions of transformers saved with the parameters. They follow from the configuration and are computed here.
    private static readonly string[] Buffers = [".rotary_emb.inv_freq", ".embeddings.position_ids"];

    /// <summary>The names under which a checkpoint may hold a tensor, the asked-for one first.</summary>
    public static IEnumerable<string> Alternatives(string name)
    {
        yield return name;
        // "weight" is too common a name to stand for anything else.
        var suffix = LayerScale.FirstOrDefault(suffix => suffix is not ".weight" && name.EndsWith(suffix, StringComparison.Ordinal));
        if (suffix is null)
            yield break;
        foreach (var other in LayerScale)
        {
            if (!string.Equals(other, suffix, StringComparison.Ordinal))
                yield return string.Concat(name.AsSpan(0, name.Length - suffix.Length), other);
        }
    }

    /// <summary>The name under which the Sa2VA family stores a tensor.</summary>
    public static string InSa2va(string name) => WithLayerScale(name, ".g_weight");

    /// <summary>The name under which UniPixel stores a tensor.</summary>
    public static string InUniPixel(string name) => WithLayerScale(name, ".weight");

    /// <summary>Whether a tensor of a checkpoint is no parameter and may go unused.</summary>
    public static bool IsBuffer(string name) => Buffers.Any(buffer => name.EndsWith(buffer, StringComparison.Ordinal));

    private static string WithLayerScale(string name, string suffix) =>
        name.EndsWith(LayerScale[0], StringComparison.Ordinal) ? string.Concat(name.AsSpan(0, name.Length - LayerScale[0].Length), suffix) : name;
}
