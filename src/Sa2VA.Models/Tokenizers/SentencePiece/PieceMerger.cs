using System.Text;

namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>
/// Byte pairs as SentencePiece does them: beginning with single characters, of all neighbours whose concatenation is a piece those with
/// the best score are joined, leftmost first, until none is left. n log n, whatever the text.
/// </summary>
internal sealed class PieceMerger(PieceTable table, UserPieces whole) : IPieceCutter
{
    public void Cut(string text, List<int> ids)
    {
        var (start, end, next, previous, frozen) = Characters(text);
        var candidates = new PriorityQueue<(int At, int End), (float Cost, int At)>();
        for (var i = 0; i + 1 < start.Count; i++)
            Offer(i);
        // What a piece that is taken apart again was made of, by where it begins and ends.
        var parts = new Dictionary<(int, int), int>();
        while (candidates.TryDequeue(out var candidate, out _))
        {
            var at = candidate.At;
            var other = next[at];
            if (end[at] == start[at] || other >= start.Count || end[other] != candidate.End)
                continue; // one of the two was joined with another neighbour meanwhile
            parts[(start[at], end[other])] = start[other];
            end[at] = end[other];
            start[other] = end[other];
            next[at] = next[other];
            if (next[at] < start.Count)
                previous[next[at]] = at;
            Offer(at);
            if (previous[at] >= 0)
                Offer(previous[at]);
        }

        var follows = false;
        for (var i = 0; i < start.Count; i = next[i])
            Add(start[i], end[i]);

        void Offer(int at)
        {
            var other = next[at];
            if (other >= start.Count || frozen[at] || frozen[other])
                return;
            var id = end[other] - start[at] <= table.LongestPiece ? table.Find(text.AsSpan(start[at], end[other] - start[at])) : -1;
            if (id >= 0)
                candidates.Enqueue((at, end[other]), (-table[id].Score, at));
        }

        void Add(int from, int to)
        {
            var piece = text.AsSpan(from, to - from);
            var id = table.Find(piece);
            if (id >= 0 && table[id].Kind == PieceKind.Unused && parts.TryGetValue((from, to), out var middle))
            {
                Add(from, middle);
                Add(middle, to);
                return;
            }

            if (id >= 0)
                ids.Add(id);
            else
                table.AddUnknown(piece, follows, ids);
            follows = id < 0;
        }
    }

    private (List<int> Start, List<int> End, List<int> Next, List<int> Previous, List<bool> Frozen) Characters(string text)
    {
        var (start, end, next, previous, frozen) = (new List<int>(text.Length), new List<int>(text.Length), new List<int>(text.Length), new List<int>(text.Length), new List<bool>(text.Length));
        var utf8 = Encoding.UTF8.GetBytes(text).AsSpan();
        for (var at = 0; at < text.Length;)
        {
            var bytes = whole.LengthAt(utf8);
            var isWhole = bytes > 0;
            if (!isWhole)
                Rune.DecodeFromUtf8(utf8, out _, out bytes);
            var length = Encoding.UTF8.GetCharCount(utf8[..bytes]);
            start.Add(at);
            end.Add(at + length);
            next.Add(start.Count);
            previous.Add(start.Count - 2);
            frozen.Add(isWhole);
            at += length;
            utf8 = utf8[bytes..];
        }

        return (start, end, next, previous, frozen);
    }
}
