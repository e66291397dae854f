using System.Text.RegularExpressions;

namespace Sa2VA.Cluster.Annotation.Texts;

/// <summary>Makes a description of what a model wrote, which may be anything. Pure.</summary>
public static partial class DescriptionText
{
    private const string SentenceEnds = ".!?";

    /// <summary>The words on one line: without thoughts, tokens of models, control characters, and marks and quotation around the whole.</summary>
    /// <param name="text">As it was written.</param>
    /// <param name="complete">Whether the model came to its end; what it did not end is cut back to the last sentence.</param>
    /// <param name="maxLength">Most characters; a longer text ends with its last whole sentence, or else word, before that.</param>
    /// <returns>Empty when nothing in it describes anything.</returns>
    public static string Clean(string text, bool complete, int maxLength)
    {
        var line = string.Concat(Tokens().Replace(Thoughts().Replace(text, " "), " ").Select(c => char.IsControl(c) ? ' ' : c));
        line = Unwrapped(string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        if (!complete) line = Shortened(line, line.Length);
        if (line.Length > maxLength) line = Shortened(line, maxLength);
        return line.Any(char.IsLetter) ? line : "";
    }

    private static string Unwrapped(string line)
    {
        for (; ; )
        {
            var before = line;
            line = line.Trim().Trim('*', '#', '`', '_').Trim();
            if (line.Length > 1 && ((line[0] == '"' && line[^1] == '"') || (line[0] == '\u201c' && line[^1] == '\u201d'))) line = line[1..^1];
            if (line == before) return line;
        }
    }

    /// <summary>At most so many characters, up to the end of a sentence, else of a word.</summary>
    private static string Shortened(string line, int most)
    {
        var head = line.AsSpan(0, most);
        for (var end = head.Length - 1; end > 0; end--)
        {
            if (SentenceEnds.Contains(head[end], StringComparison.Ordinal) && (end + 1 == line.Length || line[end + 1] == ' ')) return head[..(end + 1)].ToString();
        }

        if (most == 0) return "";
        var word = most == line.Length || line[most] == ' ' ? most : head.LastIndexOf(' ');
        var cut = word > 0 ? word : most;
        // Half of a character is none.
        if (char.IsHighSurrogate(head[cut - 1])) cut--;
        return head[..cut].TrimEnd().ToString();
    }

    [GeneratedRegex(@"<think>.*?(</think>|\z)", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Thoughts();

    [GeneratedRegex(@"\[SEG\]|</?p>|<\|[^|<>]{1,40}\|>|</?s>", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Tokens();
}
