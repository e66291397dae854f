using System.Text;

namespace Sa2VA.Models.Tokenizers;

/// <summary>
/// Cuts text into the pieces that byte pairs are merged within, as <see cref="Pattern"/> does; in one pass, and over whole
/// characters where a .NET regular expression would see halves of surrogate pairs.
/// </summary>
public static class QwenPreTokenizer
{
    /// <summary>The pattern of the Qwen tokenizers. Alternatives are tried in this order at every place.</summary>
    public const string Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Length in UTF-16 units of the piece at the start of a text that is not empty.</summary>
    public static int NextPiece(ReadOnlySpan<char> text)
    {
        if (Contraction(text) is var contraction and > 0)
            return contraction;

        var first = RuneAt(text, 0, out var width);

        // One character that is no letter, digit or line break may lead a word.
        if (Rune.IsLetter(first))
            return Letters(text, width);
        if (!IsLineBreak(first) && !Rune.IsNumber(first) && width < text.Length && Rune.IsLetter(RuneAt(text, width, out var next)))
            return Letters(text, width + next);

        if (Rune.IsNumber(first))
            return width;

        // A space may lead a run of punctuation, which takes the line breaks after it.
        var punctuation = text[0] == ' ' ? 1 : 0;
        if (Punctuation(text, punctuation) is var end && end > punctuation)
        {
            while (end < text.Length && text[end] is '\r' or '\n')
                end++;
            return end;
        }

        return Whitespace(text);
    }

    /// <summary>A run of whitespace: up to its last line break; else, before something else, all but the last character.</summary>
    private static int Whitespace(ReadOnlySpan<char> text)
    {
        var (end, last, afterBreak) = (0, 0, 0);
        while (end < text.Length && char.IsWhiteSpace(text[end])) // whitespace lies in the basic plane
        {
            last = end++;
            if (text[last] is '\r' or '\n')
                afterBreak = end;
        }

        if (afterBreak > 0)
            return afterBreak;
        return end == text.Length || last == 0 ? end : last;
    }

    private static int Letters(ReadOnlySpan<char> text, int end)
    {
        while (end < text.Length && Rune.IsLetter(RuneAt(text, end, out var width)))
            end += width;
        return end;
    }

    private static int Punctuation(ReadOnlySpan<char> text, int end)
    {
        while (end < text.Length)
        {
            var rune = RuneAt(text, end, out var width);
            if (Rune.IsWhiteSpace(rune) || Rune.IsLetter(rune) || Rune.IsNumber(rune))
                break;
            end += width;
        }

        return end;
    }

    /// <summary>Case-folded 's 't 're 've 'm 'll 'd; the long s folds to s.</summary>
    private static int Contraction(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '\'')
            return 0;
        var first = text[1] == 'ſ' ? 's' : char.ToLowerInvariant(text[1]);
        var second = text.Length > 2 ? char.ToLowerInvariant(text[2]) : '\0';
        return (first, second) switch
        {
            ('s' or 't' or 'm' or 'd', _) => 2,
            ('r' or 'v', 'e') or ('l', 'l') => 3,
            _ => 0,
        };
    }

    private static bool IsLineBreak(Rune rune) => rune.Value is '\r' or '\n';

    private static Rune RuneAt(ReadOnlySpan<char> text, int at, out int width)
    {
        Rune.DecodeFromUtf16(text[at..], out var rune, out width); // U+FFFD for half a pair
        return rune;
    }
}
