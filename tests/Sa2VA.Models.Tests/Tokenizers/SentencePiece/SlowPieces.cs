using System.Text;
using Sa2VA.Models.Tokenizers.SentencePiece;

namespace Sa2VA.Models.Tests.Tokenizers.SentencePiece;

/// <summary>
/// SentencePiece told as its papers tell it, quadratic or worse and independent of the product's code. There is no run of the library to
/// compare with, so this is what the tests hold the fast version against.
/// </summary>
internal static class SlowPieces
{
    /// <summary>Spaces only: no character map.</summary>
    public static string Normalize(SentencePieceModel model, string text)
    {
        if (model.RemoveExtraWhitespaces)
            text = string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (text.Length == 0)
            return "";
        return ((model.AddDummyPrefix ? " " : "") + text).Replace(' ', '\u2581');
    }

    /// <summary>Joins the best of all neighbours, the leftmost of equals, until there is nothing to join.</summary>
    public static List<string> Merge(SentencePieceModel model, string normalized)
    {
        var symbols = normalized.EnumerateRunes().Select(rune => rune.ToString()).ToList();
        while (true)
        {
            var best = -1;
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (Score(i) is { } score && (best < 0 || score > Score(best)))
                    best = i;
            }

            if (best < 0)
                return symbols;
            symbols[best] += symbols[best + 1];
            symbols.RemoveAt(best + 1);
        }

        float? Score(int at) => model.Pieces.FirstOrDefault(piece => piece.Kind == PieceKind.Normal && piece.Text == symbols[at] + symbols[at + 1])?.Score;
    }

    /// <summary>The best sum of scores over every cut, by trying all.</summary>
    public static double BestScore(SentencePieceModel model, string normalized)
    {
        var known = new Dictionary<int, double> { [normalized.Length] = 0 };
        return From(0);

        double From(int at)
        {
            if (known.TryGetValue(at, out var score))
                return score;
            var step = Rune.GetRuneAt(normalized, at).Utf16SequenceLength;
            var best = model.Pieces.Any(piece => piece.Kind == PieceKind.Normal && piece.Text == normalized.Substring(at, step))
                ? double.NegativeInfinity
                : model.Pieces.Where(piece => piece.Kind == PieceKind.Normal).Min(piece => piece.Score) - 10 + From(at + step);
            foreach (var piece in model.Pieces.Where(piece => piece.Kind == PieceKind.Normal && string.CompareOrdinal(normalized, at, piece.Text, 0, piece.Text.Length) == 0))
                best = Math.Max(best, piece.Score + From(at + piece.Text.Length));
            return known[at] = best;
        }
    }

    /// <summary>Ids of pieces; bytes or one unknown for what is none.</summary>
    public static List<int> Ids(SentencePieceModel model, IEnumerable<string> pieces)
    {
        var ids = new List<int>();
        var wasUnknown = false;
        foreach (var text in pieces)
        {
            var id = model.Pieces.ToList().FindIndex(piece => piece.Kind == PieceKind.Normal && piece.Text == text);
            if (id >= 0)
                ids.Add(id);
            else if (model.ByteFallback)
                ids.AddRange(Encoding.UTF8.GetBytes(text).Select(value => model.Pieces.ToList().FindIndex(piece => piece.Kind == PieceKind.Byte && piece.Text == $"<0x{value:X2}>")));
            else if (!wasUnknown)
                ids.Add(model.Pieces.ToList().FindIndex(piece => piece.Kind == PieceKind.Unknown));
            wasUnknown = id < 0;
        }

        return ids;
    }
}
