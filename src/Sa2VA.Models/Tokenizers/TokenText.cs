using System.Text;

namespace Sa2VA.Models.Tokenizers;

/// <summary>
/// The text of tokens that come one by one, in whole characters: the bytes of a character may be spread over tokens. White space at both
/// ends is left out, so that all that was told, put together, is what <see cref="Tokenizer.Decode"/> gives for all the tokens, trimmed.
/// </summary>
public sealed class TokenText(Tokenizer tokenizer)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    // White space after what was told: it may be the end.
    private readonly StringBuilder _held = new();
    private bool _begun;

    /// <summary>What there is to tell after one more token; often a word, sometimes nothing.</summary>
    public string Add(int id) => Told(tokenizer.Spelling(id), isEnd: false);

    /// <summary>What is left when there are no more tokens: a character that is not whole becomes U+FFFD.</summary>
    public string End() => Told([], isEnd: true);

    private string Told(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        var characters = new char[_decoder.GetCharCount(bytes, isEnd)];
        _decoder.GetChars(bytes, characters, isEnd);
        _held.Append(characters);
        var text = _held.ToString();
        var told = text.TrimEnd();
        if (told.Length == 0)
        {
            if (!_begun) _held.Clear();
            return "";
        }

        _held.Remove(0, told.Length);
        if (_begun) return told;
        _begun = true;
        return told.TrimStart();
    }
}
