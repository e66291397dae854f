namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>
/// SentencePiece tokenizers for randomly initialised models: bytes, the printable ASCII characters, and unused pieces up to the official
/// number, with the added tokens at their official places. They encode and decode every text.
/// </summary>
internal static class RandomVocabulary
{
    /// <summary>Pieces of internlm2_5-7b and -20b.</summary>
    public const int InternLm2Pieces = 92_544;

    /// <summary>Pieces of Phi-3, those of LLaMA.</summary>
    public const int Phi3Pieces = 32_000;

    // The last pieces of InternLM2 are turned into these.
    private static readonly string[] InternLm2Control = ["<|plugin|>", "<|interpreter|>", "<|action_end|>", "<|action_start|>", "<|im_end|>", "<|im_start|>"];

    private static readonly string[] Phi3Control =
    [
        "<|endoftext|>", "<|assistant|>", "<|placeholder1|>", "<|placeholder2|>", "<|placeholder3|>", "<|placeholder4|>", "<|system|>", "<|end|>",
        "<|placeholder5|>", "<|placeholder6|>", "<|user|>",
    ];

    public static SentencePieceSpec InternLm2(int pieces) => new()
    {
        Model = Model(pieces),
        AddedTokens =
        [
            .. Basic, .. InternLm2Control.Select((content, index) => new AddedToken(pieces - InternLm2Control.Length + index, content)), .. QwenTokens.AddedToAny(pieces),
        ],
        EndOfSequence = "</s>",
        Padding = "</s>",
    };

    public static SentencePieceSpec Phi3(int pieces) => new()
    {
        Model = Model(pieces) with { RemoveExtraWhitespaces = false },
        AddedTokens =
        [
            .. Basic, .. Phi3Control.Select((content, index) => new AddedToken(pieces + index, content) { StripsAfter = index > 0 }),
            .. QwenTokens.AddedToAny(pieces + Phi3Control.Length),
        ],
        EndOfSequence = "<|endoftext|>",
        Padding = "<|endoftext|>",
        AddBeginning = false,
        PrefixOnce = true,
    };

    private static AddedToken[] Basic => [new(0, "<unk>"), new(1, "<s>"), new(2, "</s>")];

    private static SentencePieceModel Model(int pieces)
    {
        List<Piece> all = [new("<unk>", 0, PieceKind.Unknown), new("<s>", 0, PieceKind.Control), new("</s>", 0, PieceKind.Control)];
        all.AddRange(Enumerable.Range(0, 256).Select(value => new Piece($"<0x{value:X2}>", 0, PieceKind.Byte)));
        all.AddRange(Enumerable.Range('!', '~' - '!' + 1).Prepend(PieceNormalizer.EscapedSpace).Select((letter, index) => new Piece(((char)letter).ToString(), -index)));
        ArgumentOutOfRangeException.ThrowIfLessThan(pieces, all.Count + InternLm2Control.Length);
        all.AddRange(Enumerable.Range(0, pieces - all.Count).Select(number => new Piece($"[UNUSED_TOKEN_{number}]", -number, PieceKind.UserDefined)));
        return new SentencePieceModel { Pieces = all, Algorithm = PieceAlgorithm.BytePairs, ByteFallback = true };
    }
}
