using Sa2VA.Training.Data;

namespace Sa2VA.Training.Objectives;

/// <summary>
/// Where the tokens of a batch's conversations stand in one flat sequence of n: clip by clip, its frames and then its turns. Turns see
/// their clip's frames and themselves, as if each had been asked alone.
/// </summary>
internal sealed class SequenceLayout
{
    private const int ShortestPiece = 32;

    /// <param name="prefix">What stands before the questions, the same for every clip.</param>
    /// <param name="clips">The turns.</param>
    /// <param name="placeholder">The id at which vision features stand.</param>
    public SequenceLayout(int[] prefix, IReadOnlyList<ClipSample> clips, int placeholder)
    {
        var length = clips.Sum(clip => prefix.Length + clip.Turns.Sum(turn => turn.Ids.Length));
        (Ids, Positions) = (new long[length], new float[length]);
        FrameColumns = [.. Enumerable.Range(0, prefix.Length).Where(i => prefix[i] == placeholder)];
        var (frames, turns) = (new List<Piece>(), new List<Piece>());
        var at = 0;
        foreach (var clip in clips)
        {
            var start = at;
            frames.Add(Write(prefix, ref at, 0, start));
            Placeholders.AddRange(FrameColumns.Select(column => (long)start + column));
            foreach (var turn in clip.Turns)
            {
                Note(turn, at, frames.Count - 1);
                turns.Add(Write(turn.Ids, ref at, prefix.Length, start));
            }
        }

        // Pieces of about the same length are filled up to the longest of them.
        Spans = [new Span(frames, 0, prefix.Length), .. turns.GroupBy(Class).OrderBy(group => group.Key).Select(group => new Span([.. group], prefix.Length, group.Max(piece => piece.Length)))];
        Places = new long[length];
        var row = 0L;
        foreach (var span in Spans)
        {
            foreach (var piece in span.Pieces)
            {
                for (var i = 0; i < piece.Length; i++) Places[piece.Start + i] = row + i;
                row += span.Length;
            }
        }
    }

    /// <summary>[n]</summary>
    public long[] Ids { get; }

    /// <summary>[n] each token's place, as if its turn followed the frames at once.</summary>
    public float[] Positions { get; }

    /// <summary>Pieces that are read side by side: all clips' frames, then the turns by about how long they are.</summary>
    public IReadOnlyList<Span> Spans { get; }

    /// <summary>[n] for each token its row among those of all spans, one after another.</summary>
    public long[] Places { get; }

    /// <summary>Where the vision features of a clip stand in its prefix.</summary>
    public IReadOnlyList<int> FrameColumns { get; }

    /// <summary>Places of the vision features, in their order.</summary>
    public List<long> Placeholders { get; } = [];

    /// <summary>Places at which visual tokens stand once more, with their rows among those of <see cref="Placeholders"/>.</summary>
    public List<(long Place, long Row)> Repeated { get; } = [];

    /// <summary>Places whose state should foretell a token.</summary>
    public List<(long Row, long Token)> Learned { get; } = [];

    /// <summary>The same for the tokens that say what is seen.</summary>
    public List<(long Row, long Token)> Surveyed { get; } = [];

    /// <summary>The same for those that conclude something from what is seen, on the way to the answer.</summary>
    public List<(long Row, long Token)> Concluded { get; } = [];

    /// <summary>Places from which an answer is said, with the visual tokens that show what it is about.</summary>
    public List<(long Row, bool[] Tokens)> Lookers { get; } = [];

    /// <summary>Places of <c>[SEG]</c>, clip by clip and turn by turn.</summary>
    public List<long> Segmentations { get; } = [];

    /// <summary>Tokens that follow one another.</summary>
    /// <param name="Start">Place of the first.</param>
    /// <param name="Length">How many.</param>
    /// <param name="Prefix">Place of the first token of the clip that they belong to.</param>
    public readonly record struct Piece(int Start, int Length, int Prefix);

    /// <summary>Pieces side by side.</summary>
    /// <param name="Pieces">T of them.</param>
    /// <param name="Before">How many tokens of its clip's prefix each sees.</param>
    /// <param name="Length">The longest.</param>
    public sealed record Span(IReadOnlyList<Piece> Pieces, int Before, int Length)
    {
        /// <summary>[T · Length] the pieces' places; the last one again where a piece is shorter.</summary>
        public IEnumerable<long> Queries() => Pieces.SelectMany(Own);

        /// <summary>[T · (Before + Length)] what stands before, then the piece.</summary>
        public IEnumerable<long> Keys() => Pieces.SelectMany(piece => Enumerable.Range(piece.Prefix, Before).Select(place => (long)place).Concat(Own(piece)));

        /// <summary>[Length · (Before + Length)]: 0 where a token sees another, <paramref name="hidden"/> elsewhere.</summary>
        public float[] Mask(float hidden)
        {
            var mask = new float[Length * (Before + Length)];
            for (var i = 0; i < Length; i++)
                mask.AsSpan(i * (Before + Length) + Before + i + 1, Length - i - 1).Fill(hidden);
            return mask;
        }

        private IEnumerable<long> Own(Piece piece) => Enumerable.Range(0, Length).Select(i => (long)piece.Start + Math.Min(i, piece.Length - 1));
    }

    /// <summary>[lookers · prefix]: 1 at the visual tokens that each should look at.</summary>
    public float[] Looks(IReadOnlyList<(long Row, bool[] Tokens)> lookers, int width)
    {
        var looks = new float[lookers.Count * width];
        for (var i = 0; i < lookers.Count; i++)
        {
            for (var token = 0; token < FrameColumns.Count; token++)
                looks[i * width + FrameColumns[token]] = lookers[i].Tokens[token] ? 1 : 0;
        }

        return looks;
    }

    private static int Class(Piece piece)
    {
        var length = ShortestPiece;
        while (length < piece.Length) length *= 2;
        return length;
    }

    private Piece Write(int[] ids, ref int at, int position, int prefix)
    {
        var piece = new Piece(at, ids.Length, prefix);
        for (var i = 0; i < ids.Length; i++)
            (Ids[at + i], Positions[at + i]) = (ids[i], position + i);
        at += ids.Length;
        return piece;
    }

    private void Note(SampledTurn turn, int start, int clip)
    {
        Repeated.AddRange(turn.Repeated.Select(one => ((long)start + one.Index, (long)clip * FrameColumns.Count + one.VisualToken)));
        for (var i = 0; i < turn.Ids.Length - turn.AnswerStart; i++)
        {
            var (before, token) = (start + turn.AnswerStart + i - 1, turn.Ids[turn.AnswerStart + i]);
            if (turn.IsSpoken && turn.Kinds[i] != AnswerKind.Slip)
                (turn.Kinds[i] switch { AnswerKind.Survey => Surveyed, AnswerKind.Conclusion => Concluded, _ => Learned }).Add((before, token));
            if (turn.Looks.Count > 0 && turn.Looks[i].Length > 0)
                Lookers.Add((before, turn.Looks[i]));
        }

        Segmentations.AddRange(turn.Segments.Select(segment => (long)start + segment.Index));
    }
}
