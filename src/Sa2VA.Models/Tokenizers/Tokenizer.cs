using System.Text;

namespace Sa2VA.Models.Tokenizers;

/// <summary>What the spelling of an added token means inside a text.</summary>
public enum SpecialTokens
{
    /// <summary>Ordinary characters: for text that a user wrote.</summary>
    AsText,

    /// <summary>The token: for templates and other text of our own.</summary>
    AsTokens,
}

/// <summary>
/// The byte-level BPE tokenizer of Qwen2, Qwen2.5 and Qwen3: NFC, <see cref="QwenPreTokenizer"/>, ranked merges over UTF-8 bytes.
/// Adds no token at the start or the end and has no unknown token. Immutable; safe for use from several threads.
/// </summary>
public sealed class Tokenizer
{
    private readonly BytePairEncoder _encoder;
    private readonly AddedTokenScanner _scanner;
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, AddedToken> _added;
    private readonly byte[]?[] _spelling;
    private readonly HashSet<int> _special;

    /// <exception cref="ModelFolderException">A byte has no token, or a merge names a token that the vocabulary lacks.</exception>
    public Tokenizer(TokenizerSpec spec)
    {
        Spec = spec;
        _vocabulary = spec.Vocabulary;
        _added = spec.AddedTokens.ToDictionary(token => token.Content, StringComparer.Ordinal);
        _special = [.. spec.AddedTokens.Where(token => token.Special).Select(token => token.Id)];
        _scanner = new AddedTokenScanner(spec.AddedTokens);
        _encoder = new BytePairEncoder(spec.ByteIds(), spec.RankedMerges());
        _spelling = spec.Spellings();
        EndOfSequence = spec.EndOfSequence is { } end ? Id(end) : null;
    }

    /// <summary>What it was made of.</summary>
    public TokenizerSpec Spec { get; }

    /// <summary>One more than the largest id: the rows an embedding needs at least.</summary>
    public int Count => _spelling.Length;

    /// <summary>The id that ends an answer, when the tokenizer names one.</summary>
    public int? EndOfSequence { get; }

    /// <summary>Reads a model folder: <c>tokenizer.json</c>, or <c>vocab.json</c> and <c>merges.txt</c>, with the files beside them.</summary>
    /// <exception cref="ModelFolderException">Files are missing, damaged, contradict each other, or describe another kind of tokenizer.</exception>
    public static Tokenizer Load(string folder) => new(TokenizerReader.Read(folder));

    /// <summary>The id of a token by its spelling, added tokens first; null when there is none.</summary>
    public int? Id(string token) =>
        _added.TryGetValue(token, out var added) ? added.Id : _vocabulary.TryGetValue(token, out var id) ? id : null;

    /// <summary>The id of a token that the model cannot do without.</summary>
    /// <exception cref="ModelFolderException">There is no such token.</exception>
    public int RequiredId(string token) => Id(token) ?? throw new ModelFolderException(
        $"The tokenizer has no token '{token}', which the model's prompts need. The folder's tokenizer files are probably those of the base model: copy the ones that came with the checkpoint.");

    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any text; lone surrogates count as U+FFFD.</param>
    /// <param name="specials">Whether the spelling of an added token stands for it.</param>
    public int[] Encode(string text, SpecialTokens specials = SpecialTokens.AsText)
    {
        if (specials == SpecialTokens.AsTokens)
            return Encode(Parts(text));
        var ids = new List<int>();
        EncodePlain(text, ids);
        return [.. ids];
    }

    /// <summary>The ids of a prompt. Neighbouring texts are encoded as one, as if the whole prompt had been a string.</summary>
    public int[] Encode(IEnumerable<PromptPart> prompt)
    {
        var ids = new List<int>();
        var text = new StringBuilder();
        foreach (var part in prompt)
        {
            if (part.Content is { } content)
            {
                text.Append(content);
                continue;
            }

            EncodePlain(text.ToString(), ids);
            text.Clear();
            for (var i = 0; i < part.Count; i++)
                ids.Add(part.Id);
        }

        EncodePlain(text.ToString(), ids);
        return [.. ids];
    }

    /// <summary>A text of our own as parts of a prompt: added tokens that it spells, and the text between them.</summary>
    public IReadOnlyList<PromptPart> Parts(string template)
    {
        var parts = new List<PromptPart>();
        var from = 0;
        while (_scanner.Find(template, from, out var at) is { } token)
        {
            if (at > from)
                parts.Add(PromptPart.Text(template[from..at]));
            parts.Add(PromptPart.Token(token.Id));
            from = at + token.Content.Length;
        }

        if (from < template.Length)
            parts.Add(PromptPart.Text(template[from..]));
        return parts;
    }

    /// <summary>The text of ids: bytes that are not UTF-8 become U+FFFD, ids without a token nothing.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        var bytes = new List<byte>(ids.Length * 4);
        foreach (var id in ids)
        {
            if ((uint)id < (uint)_spelling.Length && _spelling[id] is { } spelling && !(skipSpecial && _special.Contains(id)))
                bytes.AddRange(spelling);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private void EncodePlain(string text, List<int> ids)
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
