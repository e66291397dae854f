using System.Text;

namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>The pieces that are found in text as a whole before it is cut; of several at a place the longest.</summary>
internal sealed class UserPieces
{
    private readonly Dictionary<byte, byte[][]> _byFirst;

    public UserPieces(IEnumerable<string> pieces) => _byFirst = pieces.Where(piece => piece.Length > 0).Select(Encoding.UTF8.GetBytes)
        .GroupBy(piece => piece[0]).ToDictionary(group => group.Key, group => group.OrderByDescending(piece => piece.Length).ToArray());

    /// <summary>Bytes of the piece at the beginning of a text; 0 when there is none.</summary>
    public int LengthAt(ReadOnlySpan<byte> text)
    {
        if (_byFirst.Count == 0 || !_byFirst.TryGetValue(text[0], out var candidates))
            return 0;
        foreach (var piece in candidates)
        {
            if (text.StartsWith(piece))
                return piece.Length;
        }

        return 0;
    }
}
