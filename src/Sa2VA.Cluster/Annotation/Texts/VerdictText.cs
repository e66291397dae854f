using System.Text.RegularExpressions;

namespace Sa2VA.Cluster.Annotation.Texts;

/// <summary>What the check of two descriptions concluded.</summary>
public enum Verdict
{
    /// <summary>They are of the same thing.</summary>
    Same,

    /// <summary>They contradict each other.</summary>
    Different,

    /// <summary>The answer says neither.</summary>
    Unclear,
}

/// <summary>Reads the answer to <see cref="AnnotationPrompts.Check"/>. Pure.</summary>
public static partial class VerdictText
{
    /// <summary>The first word, when it is one of those that were asked for; else the one of them that the answer has, when it has not both.</summary>
    public static Verdict Read(string text)
    {
        var clean = DescriptionText.Clean(text, complete: true, maxLength: 4000);
        if (Word().Match(clean) is { Success: true } first && Named(first.Value) is { } named) return named;
        var said = Mentions().Matches(clean).Select(Meant).Distinct().ToList();
        return said is [var only] ? only : Verdict.Unclear;
    }

    private static Verdict? Named(string word) => word.ToUpperInvariant() switch
    {
        "SAME" or "YES" => Verdict.Same,
        "DIFFERENT" or "NO" => Verdict.Different,
        _ => null,
    };

    private static Verdict Meant(Match mention) =>
        Named(mention.Groups["word"].Value) == Verdict.Same != mention.Groups["not"].Success ? Verdict.Same : Verdict.Different;

    [GeneratedRegex(@"\p{L}+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<not>\bnot\s+(of\s+)?(the\s+)?)?\b(?<word>same|different)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mentions();
}
