namespace Sa2VA.Models.Tokenizers;

/// <summary>Qwen's way: NFC, <see cref="QwenPreTokenizer"/>, ranked merges over UTF-8 bytes.</summary>
internal sealed class ByteLevelText(TokenizerSpec spec) : ITextModel
{
    private readonly BytePairEncoder _encoder = new(spec.ByteIds(), spec.RankedMerges());

    public bool DropsFirstSpace => false;

    public IReadOnlyCollection<int> Control => [];

    public int? Id(string token) => spec.Vocabulary.TryGetValue(token, out var id) ? id : null;

    public byte[]?[] Spellings() => spec.Spellings();

    public void Encode(string text, bool first, List<int> ids)
    {
        var rest = CanonicalComposition.Normalize(text).AsSpan();
        while (!rest.IsEmpty)
        {
            var length = QwenPreTokenizer.NextPiece(rest);
            _encoder.Encode(rest[..length], ids);
            rest = rest[length..];
        }
    }
}
