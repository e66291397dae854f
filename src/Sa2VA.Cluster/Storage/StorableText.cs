using System.Text;

namespace Sa2VA.Cluster.Storage;

/// <summary>Databases take every text but one with a zero in it, or half a surrogate pair, as messages of other programs may have.</summary>
internal static class StorableText
{
    /// <summary>The text with U+FFFD in place of what cannot be stored.</summary>
    public static string Of(string text)
    {
        if (IsStorable(text)) return text;
        var storable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) storable.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return storable.ToString();
    }

    /// <summary>Whether it can be stored as it is.</summary>
    public static bool IsStorable(string text)
    {
        if (text.Contains('\0')) return false;
        for (var rest = text.AsSpan(); rest.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var at; rest = rest[(at + 2)..])
        {
            if (at + 1 == rest.Length || !char.IsSurrogatePair(rest[at], rest[at + 1])) return false;
        }

        return true;
    }
}
