namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>The pieces that may be found in text, and the ids of those that are not.</summary>
internal sealed class PieceTable
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly IReadOnlyList<Piece> _pieces;
    private readonly int[]? _bytes;

    /// <param name="model">The file.</param>
    /// <param name="claimed">Ids that added tokens have taken over: their pieces must not be found in text, or a user could spell a control token.</param>
    /// <exception cref="FormatException">A piece is missing that a text may need.</exception>
    public PieceTable(SentencePieceModel model, IReadOnlySet<int> claimed)
    {
        _pieces = model.Pieces;
        _bySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        Unknown = _pieces.Index().FirstOrDefault(piece => piece.Item.Kind == PieceKind.Unknown, (-1, null!)).Index;
        if (Unknown < 0)
            throw new FormatException("it has no piece for what is unknown");
        for (var id = 0; id < _pieces.Count; id++)
        {
            var piece = _pieces[id];
            if (piece.Text.Length == 0)
                throw new FormatException($"piece {id} is empty");
            if (piece.Kind is PieceKind.Normal or PieceKind.UserDefined or PieceKind.Unused && !claimed.Contains(id) && !_ids.TryAdd(piece.Text, id))
                throw new FormatException($"piece '{piece.Text}' is there twice");
        }

        var found = _ids.Values.Select(id => _pieces[id]).ToList();
        LongestPiece = found.Select(piece => piece.Text.Length).DefaultIfEmpty(1).Max();
        var scores = found.Where(piece => piece.Kind == PieceKind.Normal).Select(piece => piece.Score).DefaultIfEmpty(0).ToList();
        (LowestScore, HighestScore) = (scores.Min(), scores.Max());
        UserPieces = [.. found.Where(piece => piece.Kind == PieceKind.UserDefined).Select(piece => piece.Text)];
        _bytes = model.ByteFallback ? ByteIds() : null;
    }

    /// <summary>The id of what has no piece.</summary>
    public int Unknown { get; }

    /// <summary>UTF-16 units.</summary>
    public int LongestPiece { get; }

    public float LowestScore { get; }

    public float HighestScore { get; }

    public IReadOnlyList<string> UserPieces { get; }

    /// <summary>The piece of a stretch of text; -1 when there is none.</summary>
    public int Find(ReadOnlySpan<char> text) => _bySpan.TryGetValue(text, out var id) ? id : -1;

    public Piece this[int id] => _pieces[id];

    /// <summary>Adds the ids of a stretch that has no piece: its bytes, or one unknown for all of it.</summary>
    public void AddUnknown(ReadOnlySpan<char> text, bool follows, List<int> ids)
    {
        if (_bytes is null)
        {
            // As in the library, neighbours without a piece are one unknown.
            if (!follows)
                ids.Add(Unknown);
            return;
        }

        Span<byte> bytes = stackalloc byte[64];
        while (!text.IsEmpty)
        {
            var take = Math.Min(text.Length, 16);
            if (take < text.Length && char.IsHighSurrogate(text[take - 1]))
                take--;
            var count = System.Text.Encoding.UTF8.GetBytes(text[..take], bytes);
            foreach (var value in bytes[..count])
                ids.Add(_bytes[value]);
            text = text[take..];
        }
    }

    private int[] ByteIds()
    {
        var byText = _pieces.Index().Where(piece => piece.Item.Kind == PieceKind.Byte).ToLookup(piece => piece.Item.Text, piece => piece.Index, StringComparer.Ordinal);
        return [.. Enumerable.Range(0, 256).Select(value => byText[$"<0x{value:X2}>"].FirstOrDefault(-1) is var id and >= 0
            ? id
            : throw new FormatException($"it spells unknown characters in bytes, but has no piece '<0x{value:X2}>'"))];
    }
}
