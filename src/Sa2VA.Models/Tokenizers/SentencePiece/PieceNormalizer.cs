using System.Text;

namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>Text as SentencePiece cuts it: sequences replaced, spaces cleaned, escaped, and one put before.</summary>
/// <remarks>Follows <c>Normalizer::Normalize</c> of the library, on UTF-8.</remarks>
internal sealed class PieceNormalizer(SentencePieceModel model, UserPieces whole)
{
    public const char EscapedSpace = '\u2581';

    private static readonly byte[] Escaped = Encoding.UTF8.GetBytes([EscapedSpace]);
    private readonly CharacterMap? _map = model.CharacterMap.IsEmpty ? null : new CharacterMap(model.CharacterMap.Span);

    /// <param name="text">Any text; lone surrogates count as U+FFFD.</param>
    /// <param name="prefix">Whether the text begins where a space may be put before it.</param>
    public string Normalize(string text, bool prefix)
    {
        var rest = Encoding.UTF8.GetBytes(text).AsSpan();
        if (model.RemoveExtraWhitespaces)
        {
            while (!rest.IsEmpty && Step(rest, out var length) is [(byte)' '])
                rest = rest[length..];
        }

        if (rest.IsEmpty)
            return "";
        var result = new List<byte>(rest.Length + 16);
        var space = (ReadOnlySpan<byte>)(model.EscapeWhitespaces ? Escaped : [(byte)' ']);
        var adds = prefix && model.AddDummyPrefix;
        if (adds && !model.WhitespaceAsSuffix)
            result.AddRange(space);
        var afterSpace = model.RemoveExtraWhitespaces;
        while (!rest.IsEmpty)
        {
            var piece = Step(rest, out var length);
            while (afterSpace && piece is [(byte)' ', ..])
                piece = piece[1..];
            foreach (var value in piece)
            {
                if (value == ' ')
                    result.AddRange(space);
                else
                    result.Add(value);
            }

            if (!piece.IsEmpty)
                afterSpace = model.RemoveExtraWhitespaces && piece[^1] == ' ';
            rest = rest[length..];
        }

        if (model.RemoveExtraWhitespaces)
        {
            while (EndsWith(result, space))
                result.RemoveRange(result.Count - space.Length, space.Length);
        }

        if (adds && model.WhitespaceAsSuffix)
            result.AddRange(space);
        return Encoding.UTF8.GetString([.. result]);
    }

    /// <summary>What the beginning of a text becomes, and how many bytes of it that were.</summary>
    private ReadOnlySpan<byte> Step(ReadOnlySpan<byte> text, out int length)
    {
        if (whole.LengthAt(text) is var user and > 0)
        {
            length = user;
            return text[..user];
        }

        if (_map is not null && _map.TryReplace(text, out length, out var replacement))
            return replacement;
        Rune.DecodeFromUtf8(text, out _, out length);
        return text[..length];
    }

    private static bool EndsWith(List<byte> bytes, ReadOnlySpan<byte> end)
    {
        if (bytes.Count < end.Length)
            return false;
        for (var i = 0; i < end.Length; i++)
        {
            if (bytes[bytes.Count - end.Length + i] != end[i])
                return false;
        }

        return true;
    }
}
