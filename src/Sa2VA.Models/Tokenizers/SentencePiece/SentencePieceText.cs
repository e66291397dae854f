using System.Globalization;
using System.Text;

namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>A SentencePiece model as <see cref="Tokenizer"/> uses it. Safe for use from several threads.</summary>
internal sealed class SentencePieceText : ITextModel
{
    private readonly PieceNormalizer _normalizer;
    private readonly IPieceCutter _cutter;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly byte[]?[] _spellings;
    private readonly bool _prefixOnce;

    /// <param name="model">The file.</param>
    /// <param name="claimed">Ids that added tokens have taken over.</param>
    /// <param name="prefixOnce">Whether the space before a text only stands at the beginning of a prompt (<c>legacy: false</c>), not after every added token.</param>
    /// <exception cref="FormatException">The model cannot be used; the message says why.</exception>
    public SentencePieceText(SentencePieceModel model, IReadOnlySet<int> claimed, bool prefixOnce)
    {
        var table = new PieceTable(model, claimed);
        var whole = new UserPieces(table.UserPieces);
        _normalizer = new PieceNormalizer(model, whole);
        _cutter = model.Algorithm == PieceAlgorithm.Unigram ? new PieceLattice(table) : new PieceMerger(table, whole);
        _prefixOnce = prefixOnce;
        DropsFirstSpace = model.AddDummyPrefix || model.RemoveExtraWhitespaces;
        for (var id = 0; id < model.Pieces.Count; id++)
            _ids.TryAdd(model.Pieces[id].Text, id);
        _spellings = [.. model.Pieces.Select(piece => Spelling(piece, model))];
        Control = [.. model.Pieces.Index().Where(piece => piece.Item.Kind is PieceKind.Control or PieceKind.Unknown).Select(piece => piece.Index)];
    }

    public bool DropsFirstSpace { get; }

    public IReadOnlyCollection<int> Control { get; }

    public int? Id(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    public byte[]?[] Spellings() => [.. _spellings];

    public void Encode(string text, bool first, List<int> ids) => _cutter.Cut(_normalizer.Normalize(text, first || !_prefixOnce), ids);

    private static byte[]? Spelling(Piece piece, SentencePieceModel model) => piece.Kind switch
    {
        PieceKind.Control => [],
        PieceKind.Unknown => Encoding.UTF8.GetBytes(model.UnknownSurface),
        PieceKind.Byte => piece.Text is ['<', '0', 'x', var high, var low, '>'] && byte.TryParse([high, low], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value)
            ? [value]
            : throw new FormatException($"the byte piece '{piece.Text}' is not spelled <0x00> to <0xFF>"),
        _ => Encoding.UTF8.GetBytes(piece.Text.Replace(PieceNormalizer.EscapedSpace, ' ')),
    };
}
