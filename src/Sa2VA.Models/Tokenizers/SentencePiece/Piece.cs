namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>What an entry of a SentencePiece vocabulary is for; the numbers are the file's.</summary>
public enum PieceKind
{
    /// <summary>Found in text.</summary>
    Normal = 1,

    /// <summary>Stands for what has no piece.</summary>
    Unknown = 2,

    /// <summary>Never found in text.</summary>
    Control = 3,

    /// <summary>Found in text as a whole, before anything else.</summary>
    UserDefined = 4,

    /// <summary>Taken apart again when found.</summary>
    Unused = 5,

    /// <summary>One byte of a character that has no piece, spelled <c>&lt;0x0A&gt;</c>.</summary>
    Byte = 6,
}

/// <summary>An entry of a SentencePiece vocabulary; its place is its id.</summary>
/// <param name="Text">Its spelling, U+2581 for a space.</param>
/// <param name="Score">Larger is preferred.</param>
/// <param name="Kind">What it is for.</param>
public sealed record Piece(string Text, float Score, PieceKind Kind = PieceKind.Normal);
