using System.Text;

namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>
/// The unigram model: the cut whose pieces' scores add up to the most (Kudo, arXiv 1804.10959). A character without a piece costs
/// more than any piece; user-defined pieces are always taken. As <c>unigram::Model::EncodeOptimized</c>, in float32 as there.
/// </summary>
internal sealed class PieceLattice(PieceTable table) : IPieceCutter
{
    // kUnkPenalty of the library.
    private const float UnknownPenalty = 10;

    public void Cut(string text, List<int> ids)
    {
        var score = new float[text.Length + 1];
        var from = new int[text.Length + 1];
        var id = new int[text.Length + 1];
        Array.Fill(from, -1);
        for (var at = 0; at < text.Length;)
        {
            var step = Rune.GetRuneAt(text, at).Utf16SequenceLength;
            var hasStep = false;
            for (var length = 1; length <= table.LongestPiece && at + length <= text.Length; length++)
            {
                var piece = table.Find(text.AsSpan(at, length));
                if (piece < 0 || table[piece].Kind == PieceKind.Unused)
                    continue;
                Offer(at, at + length, piece, table[piece].Kind == PieceKind.UserDefined
                    ? Encoding.UTF8.GetByteCount(text.AsSpan(at, length)) * table.HighestScore - 0.1f
                    : table[piece].Score);
                hasStep |= length == step;
            }

            if (!hasStep)
                Offer(at, at + step, table.Unknown, table.LowestScore - UnknownPenalty);
            at += step;
        }

        var pieces = new Stack<(int From, int To, int Id)>();
        for (var at = text.Length; at > 0; at = from[at])
            pieces.Push((from[at], at, id[at]));
        var follows = false;
        foreach (var piece in pieces)
        {
            if (piece.Id != table.Unknown)
                ids.Add(piece.Id);
            else
                table.AddUnknown(text.AsSpan(piece.From, piece.To - piece.From), follows, ids);
            follows = piece.Id == table.Unknown;
        }

        void Offer(int start, int end, int piece, float own)
        {
            var sum = score[start] + own;
            if (from[end] >= 0 && sum <= score[end])
                return;
            (score[end], from[end], id[end]) = (sum, start, piece);
        }
    }
}
