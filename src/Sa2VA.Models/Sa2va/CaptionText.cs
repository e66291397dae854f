using System.Text;

namespace Sa2VA.Models.Sa2va;

/// <summary>A caption as it grows: white space is set when the word after it is known.</summary>
internal sealed class CaptionText
{
    private readonly StringBuilder _text = new();
    private bool _space;
    private int? _phrase;

    public int Length => _text.Length;

    public void Add(string words)
    {
        foreach (var character in words)
        {
            if (char.IsWhiteSpace(character))
            {
                _space = true;
                continue;
            }

            if (_space && _text.Length > 0 && character is not (',' or '.' or ';' or ':' or '!' or '?')) _text.Append(' ');
            _space = false;
            // A phrase begins with its first character that is to be seen.
            if (_phrase < 0) _phrase = _text.Length;
            _text.Append(character);
        }
    }

    /// <summary>A phrase begins with the next character.</summary>
    public void BeginPhrase() => _phrase = -1;

    /// <summary>Where the phrase began, and how long it is by now.</summary>
    public (int Start, int Length) EndPhrase()
    {
        var start = _phrase is { } place and >= 0 ? place : _text.Length;
        _phrase = null;
        return (start, _text.Length - start);
    }

    public override string ToString() => _text.ToString();
}
