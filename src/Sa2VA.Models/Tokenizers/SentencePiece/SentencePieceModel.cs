namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>How a SentencePiece model cuts text; the numbers are the file's.</summary>
public enum PieceAlgorithm
{
    /// <summary>The cut whose pieces' scores add up to the most.</summary>
    Unigram = 1,

    /// <summary>Neighbours are joined, the best result first.</summary>
    BytePairs = 2,
}

/// <summary>What <c>tokenizer.model</c> holds (<c>sentencepiece_model.proto</c>), with the library's defaults for what it leaves out.</summary>
public sealed record SentencePieceModel
{
    public required IReadOnlyList<Piece> Pieces { get; init; }

    public PieceAlgorithm Algorithm { get; init; } = PieceAlgorithm.Unigram;

    /// <summary>Whether a character without a piece is spelled in bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Whether a space is put before a text.</summary>
    public bool AddDummyPrefix { get; init; } = true;

    /// <summary>Whether spaces at the ends go, and several count as one.</summary>
    public bool RemoveExtraWhitespaces { get; init; } = true;

    /// <summary>Whether spaces are spelled U+2581.</summary>
    public bool EscapeWhitespaces { get; init; } = true;

    /// <summary>Whether the space of the prefix stands behind the text instead.</summary>
    public bool WhitespaceAsSuffix { get; init; }

    /// <summary>What text is replaced before it is cut, see <see cref="CharacterMap"/>; empty: nothing.</summary>
    public ReadOnlyMemory<byte> CharacterMap { get; init; }

    /// <summary>How <see cref="Pieces"/> spell what is unknown in text for people.</summary>
    public string UnknownSurface { get; init; } = " \u2047 ";

    public int BeginId { get; init; } = 1;

    public int EndId { get; init; } = 2;
}
