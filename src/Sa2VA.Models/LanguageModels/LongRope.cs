using System.Collections.Immutable;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Models.LanguageModels;

/// <summary>
/// Phi-3's rotary scaling (LongRoPE, "su" in its first files): every frequency is divided by a factor of its own, of which there are two
/// sets; the length that a sequence has now says which one holds for what comes. Keys rotated before stay as they are.
/// </summary>
/// <param name="Short">Factors up to the original length, d/2 of them.</param>
/// <param name="Long">Factors beyond it.</param>
/// <param name="OriginalLength">Tokens that the base model was trained for.</param>
/// <param name="Magnitude">What cosines and sines are multiplied by.</param>
public sealed record LongRope(ImmutableArray<double> Short, ImmutableArray<double> Long, int OriginalLength, double Magnitude)
{
    /// <summary>Reads <c>rope_scaling</c> of a Phi-3; null when there is none.</summary>
    /// <exception cref="ModelFolderException">A field is missing, of another kind, or names something unsupported.</exception>
    internal static LongRope? FromJson(ConfigSection json, int maxPositions, int headSize)
    {
        if (!json.Has("rope_scaling"))
            return null;
        var scaling = json.Section("rope_scaling");
        var kind = scaling.RequireOneOf("type", scaling.Text("rope_type", "su"), "su", "longrope", "yarn");
        var original = json.Size("original_max_position_embeddings", maxPositions);
        return new LongRope(
            Factors("short_factor"), Factors("long_factor"), original,
            MagnitudeOf(kind, (double)maxPositions / original, original));

        ImmutableArray<double> Factors(string name) => scaling.Numbers(name, headSize / 2) is var factors && factors.All(factor => factor > 0)
            ? factors
            : throw scaling.Unsupported(name, $"{factors.Min()}", "factors above 0 are");
    }

    /// <summary>The factors of a sequence of a length.</summary>
    internal ImmutableArray<double> Factors(long length) => length > OriginalLength ? Long : Short;

    private static double MagnitudeOf(string kind, double scale, int original) => scale <= 1 || original <= 1 ? 1
        : kind == "yarn" ? 0.1 * Math.Log(scale) + 1
        : Math.Sqrt(1 + Math.Log(scale) / Math.Log(original));
}
