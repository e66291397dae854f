using System.Collections.Immutable;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Models.LanguageModels;

/// <summary>
/// Which of a token's three positions (0 time, 1 row, 2 column) turns each rotary frequency in the Qwen-VL models. The three are equal for
/// text, so that plain rotation is a special case.
/// </summary>
internal static class RotaryAxes
{
    /// <summary>Reads <c>mrope_section</c>; empty when the model has one position per token.</summary>
    /// <exception cref="ModelFolderException">The sections do not fit the head.</exception>
    public static ImmutableArray<int> FromJson(ConfigSection json, LanguageModelFamily family, int headSize)
    {
        var place = json.Has("rope_parameters") ? "rope_parameters" : "rope_scaling";
        if (!json.Has(place) || !json.Section(place).Has("mrope_section"))
            return [];
        var scaling = json.Section(place);
        var sections = scaling.Numbers("mrope_section", 3);
        if (sections.Any(section => section < 0 || section != Math.Floor(section)) || sections.Sum() != headSize / 2)
            throw scaling.Unsupported("mrope_section", $"[{string.Join(", ", sections)}]", $"three numbers of frequencies that add up to half a head, {headSize / 2}, are");
        ImmutableArray<int> counts = [.. sections.Select(section => (int)section)];
        return scaling.Flag("mrope_interleaved", fallback: family == LanguageModelFamily.Qwen3) ? Interleaved(counts) : Chunked(counts);
    }

    /// <summary>Qwen2.5-VL: the first frequencies turn with time, the next with the row, the last with the column.</summary>
    public static ImmutableArray<int> Chunked(ImmutableArray<int> sections) =>
        [.. sections.SelectMany((count, axis) => Enumerable.Repeat(axis, count))];

    /// <summary>Qwen3-VL: every third frequency from 1 on turns with the row, every third from 2 on with the column, as many as there are of each; the rest with time.</summary>
    public static ImmutableArray<int> Interleaved(ImmutableArray<int> sections) =>
        [.. Enumerable.Range(0, sections.Sum()).Select(frequency => frequency % 3 is var axis and not 0 && frequency < 3 * sections[axis] ? axis : 0)];
}
