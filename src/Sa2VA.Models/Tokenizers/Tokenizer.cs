using System.Text;
using Sa2VA.Models.Tokenizers.SentencePiece;

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
/// Text to token ids and back: the byte-level BPE of Qwen2, Qwen2.5 and Qwen3, or a SentencePiece model (InternLM2, Phi-3), with added
/// tokens on top. Immutable; safe for use from several threads.
/// </summary>
public sealed class Tokenizer
{
    private readonly ITextModel _text;
    private readonly TokenizerSpec? _spec;
    private readonly AddedTokenScanner _scanner;
    private readonly Dictionary<string, AddedToken> _added;
    private readonly Dictionary<int, AddedToken> _addedById;
    private readonly byte[]?[] _spelling;
    private readonly HashSet<int> _special;

    /// <exception cref="ModelFolderException">A byte has no token, or a merge names a token that the vocabulary lacks.</exception>
    public Tokenizer(TokenizerSpec spec)
        : this(new ByteLevelText(spec), spec.AddedTokens)
    {
        _spec = spec;
        EndOfSequence = spec.EndOfSequence is { } end ? Id(end) : null;
    }

    /// <exception cref="FormatException">The model cannot be used; the message says why.</exception>
    public Tokenizer(SentencePieceSpec spec)
        : this(new SentencePieceText(spec.Model, spec.AddedTokens.Select(token => token.Id).ToHashSet(), spec.PrefixOnce), spec.AddedTokens)
    {
        Pieces = spec;
        EndOfSequence = spec.EndOfSequence is { } end ? Id(end) : Known(spec.Model.EndId);
        BeginOfSequence = spec.AddBeginning ? Known(spec.Model.BeginId) : null;
    }

    private Tokenizer(ITextModel text, IReadOnlyList<AddedToken> added)
    {
        _text = text;
        _added = added.ToDictionary(token => token.Content, StringComparer.Ordinal);
        _addedById = added.GroupBy(token => token.Id).ToDictionary(group => group.Key, group => group.Last());
        _special = [.. added.Where(token => token.Special).Select(token => token.Id).Concat(text.Control)];
        _scanner = new AddedTokenScanner(added);
        _spelling = Spellings(text.Spellings(), added);
    }

    /// <summary>What a byte-level tokenizer was made of.</summary>
    /// <exception cref="NotSupportedException">It is a SentencePiece tokenizer.</exception>
    public TokenizerSpec Spec => _spec ?? throw new NotSupportedException("A SentencePiece tokenizer has pieces, no byte-level vocabulary.");

    /// <summary>What a SentencePiece tokenizer was made of; null for a byte-level one.</summary>
    public SentencePieceSpec? Pieces { get; }

    /// <summary>One more than the largest id: the rows an embedding needs at least.</summary>
    public int Count => _spelling.Length;

    /// <summary>The id that ends an answer, when the tokenizer names one.</summary>
    public int? EndOfSequence { get; }

    /// <summary>The id that a prompt begins with, when the tokenizer puts one there.</summary>
    public int? BeginOfSequence { get; }

    /// <summary>
    /// Reads a model folder: <c>tokenizer.model</c> (SentencePiece), <c>tokenizer.json</c>, or <c>vocab.json</c> and <c>merges.txt</c>, with
    /// the files beside them.
    /// </summary>
    /// <exception cref="ModelFolderException">Files are missing, damaged, contradict each other, or describe another kind of tokenizer.</exception>
    public static Tokenizer Load(string folder)
    {
        try
        {
            return File.Exists(Path.Combine(folder, SentencePieceFile.Name)) ? new Tokenizer(TokenizerReader.ReadPieces(folder)) : new Tokenizer(TokenizerReader.Read(folder));
        }
        catch (FormatException damage)
        {
            throw new ModelFolderException($"'{Path.Combine(folder, SentencePieceFile.Name)}' cannot be used: {damage.Message}. Fetch the file again.", damage);
        }
        catch (ModelFolderException damage) when (!damage.Message.Contains(folder, StringComparison.Ordinal))
        {
            throw new ModelFolderException($"The tokenizer in '{folder}' cannot be used. {damage.Message}", damage);
        }
        catch (InvalidOperationException damage)
        {
            // A field of another kind than expected, or text that is no Unicode.
            throw new ModelFolderException($"A tokenizer file in '{folder}' is damaged: {damage.Message} Fetch the files again.", damage);
        }
    }

    /// <summary>The id of a token by its spelling, added tokens first; null when there is none.</summary>
    public int? Id(string token) =>
        _added.TryGetValue(token, out var added) ? added.Id : _text.Id(token);

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
        _text.Encode(text, first: true, ids);
        return [.. ids];
    }

    /// <summary>The ids of a prompt. Neighbouring texts are encoded as one, as if the whole prompt had been a string.</summary>
    /// <param name="prompt">Its parts.</param>
    /// <param name="continues">Whether something stands before it that was encoded on its own.</param>
    public int[] Encode(IEnumerable<PromptPart> prompt, bool continues = false)
    {
        var ids = new List<int>();
        var text = new StringBuilder();
        AddedToken? before = null;
        foreach (var part in prompt)
        {
            if (part.Content is { } content)
            {
                text.Append(content);
                continue;
            }

            var token = _addedById.GetValueOrDefault(part.Id);
            EndText(token);
            before = token;
            for (var i = 0; i < part.Count; i++)
                ids.Add(part.Id);
        }

        EndText(after: null);
        return [.. ids];

        void EndText(AddedToken? after)
        {
            var plain = text.ToString();
            text.Clear();
            if (before?.StripsAfter == true)
                plain = plain.TrimStart();
            if (after?.StripsBefore == true)
                plain = plain.TrimEnd();
            if (plain.Length > 0)
                _text.Encode(plain, first: ids.Count == 0 && !continues, ids);
        }
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

        if (_text.DropsFirstSpace && bytes is [(byte)' ', ..])
            bytes.RemoveAt(0);
        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>The bytes that an id stands for: none for an id without a token, and not always whole characters.</summary>
    public ReadOnlySpan<byte> Spelling(int id) => (uint)id < (uint)_spelling.Length ? _spelling[id] : null;

    private int? Known(int id) => (uint)id < (uint)_spelling.Length ? id : null;

    private static byte[]?[] Spellings(byte[]?[] own, IReadOnlyList<AddedToken> added)
    {
        var last = own.Length - 1;
        foreach (var token in added)
        {
            if (token.Id is < 0 or > TokenizerReader.LargestId)
                throw new ModelFolderException($"The tokenizer gives the token '{token.Content}' the id {token.Id}; ids from 0 to {TokenizerReader.LargestId} can be used.");
            last = Math.Max(last, token.Id);
        }

        Array.Resize(ref own, last + 1);
        foreach (var token in added)
            own[token.Id] = Encoding.UTF8.GetBytes(token.Content);
        return own;
    }
}
