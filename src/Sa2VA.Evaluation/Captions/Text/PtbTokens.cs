using System.Text;
using System.Text.RegularExpressions;

namespace Sa2VA.Evaluation.Captions.Text;

/// <summary>
/// Splits captions into words as pycocoevalcap has them: the Penn Treebank's tokens in small letters, less a fixed list of punctuation. Words
/// with hyphens, apostrophes, full stops of abbreviations and numbers with commas stay whole; endings as <c>'s</c> and <c>n't</c> become
/// words of their own, and brackets stay as <c>-lrb-</c> and <c>-rrb-</c>, as they do there. Rare cases of the Stanford tokenizer (e-mail addresses,
/// fractions, smileys) are not followed.
/// </summary>
public static partial class PtbTokens
{
    private static readonly HashSet<string> Punctuation = new(StringComparer.Ordinal) { "''", "'", "``", "`", "\"", ".", "?", "!", ",", ":", "-", "--", "...", ";" };

    private static readonly HashSet<string> Abbreviations = new(StringComparer.Ordinal)
    {
        "mr.", "mrs.", "ms.", "dr.", "st.", "jr.", "sr.", "prof.", "vs.", "etc.", "inc.", "co.", "corp.", "ltd.", "no.", "ave.", "blvd.", "rd.", "mt.", "ft.",
    };

    private static readonly Dictionary<string, string[]> Contracted = new(StringComparer.Ordinal)
    {
        ["cannot"] = ["can", "not"], ["gonna"] = ["gon", "na"], ["gotta"] = ["got", "ta"], ["wanna"] = ["wan", "na"], ["gimme"] = ["gim", "me"], ["lemme"] = ["lem", "me"],
    };

    /// <summary>The words of a caption, in order.</summary>
    public static IReadOnlyList<string> Of(string caption)
    {
        var words = new List<string>();
        foreach (Match match in Token().Matches(Plain(caption))) Add(words, match.Value);
        return [.. words.Where(word => !Punctuation.Contains(word))];
    }

    /// <summary>Small letters, and one kind of apostrophe, quotation mark and dash.</summary>
    private static string Plain(string caption)
    {
        var plain = new StringBuilder(caption.Length);
        foreach (var c in caption.ToLowerInvariant())
        {
            plain.Append(c switch
            {
                '\u2018' or '\u2019' => "'",
                '\u201C' or '\u201D' => "\"",
                '\u2013' or '\u2014' => " -- ",
                '\u2026' => "...",
                '(' => " -lrb- ", ')' => " -rrb- ", '[' => " -lsb- ", ']' => " -rsb- ", '{' => " -lcb- ", '}' => " -rcb- ",
                _ => c.ToString(),
            });
        }

        return plain.ToString();
    }

    private static void Add(List<string> words, string token)
    {
        if (token.Length > 1 && token[^1] == '.' && token != "..." && !Abbreviations.Contains(token) && !Initials().IsMatch(token)) token = token[..^1];
        if (Contracted.TryGetValue(token, out var parts))
        {
            words.AddRange(parts);
            return;
        }

        var ending = Ending().Match(token);
        if (ending.Success && ending.Index > 0)
        {
            words.Add(token[..ending.Index]);
            words.Add(ending.Value);
            return;
        }

        // What is left of quotation by apostrophes.
        if (token.Trim('\'') is { Length: > 0 } bare && !Clitic().IsMatch(token)) token = bare;
        words.Add(token);
    }

    // Brackets; numbers; words with what may stand inside them; runs of one sign; any other sign alone.
    [GeneratedRegex(@"-[lr][rsc]b-|\d+(?:[.,:/]\d+)+(?:-?\p{L}+)?|'?[\p{L}\p{M}\p{N}]+(?:['\-./_&@][\p{L}\p{M}\p{N}]+)*'?\.?|\.{2,}|-{2,}|[^\s]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Token();

    [GeneratedRegex(@"^\p{L}(\.\p{L})+\.$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Initials();

    [GeneratedRegex("(n't|'(s|m|d|re|ve|ll))$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Ending();

    [GeneratedRegex("^'(s|m|d|re|ve|ll|em|til|cause|n)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Clitic();
}
