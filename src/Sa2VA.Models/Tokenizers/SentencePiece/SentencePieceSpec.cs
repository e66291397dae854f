namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>The data of a SentencePiece tokenizer: <c>tokenizer.model</c> and what the files beside it say.</summary>
public sealed record SentencePieceSpec
{
    public required SentencePieceModel Model { get; init; }

    /// <summary>Tokens found in text as a whole; one may take over the id of a piece, which is then not found in text any more.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>The token that ends an answer; null: the model's own.</summary>
    public string? EndOfSequence { get; init; }

    /// <summary>The token that fills up a batch.</summary>
    public string? Padding { get; init; }

    /// <summary>Whether a prompt begins with the model's first token (<c>add_bos_token</c>).</summary>
    public bool AddBeginning { get; init; } = true;

    /// <summary>Whether the space before a text only stands at the beginning of a prompt, not after every added token as well (<c>legacy: false</c>).</summary>
    public bool PrefixOnce { get; init; }
}
