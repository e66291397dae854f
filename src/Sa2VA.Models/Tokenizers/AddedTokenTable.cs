using System.Text.Json;

namespace Sa2VA.Models.Tokenizers;

/// <summary>Collects added tokens from several files that must agree.</summary>
/// <param name="strips">Whether tokens may swallow white space around them.</param>
internal sealed class AddedTokenTable(bool strips = false)
{
    private readonly Dictionary<string, (int Id, bool? Special, string File, bool Before, bool After)> _tokens = new(StringComparer.Ordinal);

    /// <summary>Adds an entry of <c>tokenizer.json</c> or <c>added_tokens_decoder</c>.</summary>
    /// <exception cref="ModelFolderException">The entry is malformed, or asks for matching that is not supported.</exception>
    public void Add(string file, JsonElement entry, int id)
    {
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("content", out var content) || content.ValueKind != JsonValueKind.String)
            throw new ModelFolderException($"'{file}' lists the added token {id} without its content.");
        foreach (var flag in (string[])(strips ? ["single_word"] : ["single_word", "lstrip", "rstrip"]))
        {
            if (Flag(entry, flag))
                throw new ModelFolderException($"'{file}' sets '{flag}' for the added token '{content.GetString()}'; only tokens that are matched as they stand are supported.");
        }

        Add(file, content.GetString()!, id, Flag(entry, "special"));
        _tokens[content.GetString()!] = _tokens[content.GetString()!] with { Before = Flag(entry, "lstrip"), After = Flag(entry, "rstrip") };
    }

    /// <param name="file">Where it was read, for messages.</param>
    /// <param name="content">Its spelling.</param>
    /// <param name="id">Its id.</param>
    /// <param name="special">Whether it is control; null when the file does not say, which counts as control unless another file knows.</param>
    public void Add(string file, string content, int id, bool? special)
    {
        if (content.Length == 0)
            throw new ModelFolderException($"'{file}' lists the added token {id} with no text.");
        if (!_tokens.TryGetValue(content, out var known))
        {
            _tokens.Add(content, (id, special, file, false, false));
        }
        else if (known.Id != id)
        {
            throw new ModelFolderException(
                $"'{file}' gives the token '{content}' the id {id}, '{known.File}' gives it {known.Id}. The files belong to different checkpoints: fetch them again.");
        }
        else
        {
            _tokens[content] = known with { Special = known.Special ?? special };
        }
    }

    public IReadOnlyList<AddedToken> Tokens() =>
        [.. _tokens.Select(token => new AddedToken(token.Value.Id, token.Key, token.Value.Special ?? true) { StripsBefore = token.Value.Before, StripsAfter = token.Value.After }).OrderBy(token => token.Id)];

    private static bool Flag(JsonElement entry, string name) => entry.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;
}
