using System.Text.Json;

namespace Sa2VA.Models.Tokenizers;

/// <summary>The fields of <c>tokenizer.json</c>; whatever would cut text differently from <see cref="Tokenizer"/> is refused.</summary>
internal static class TokenizerJson
{
    public static TokenizerModel Read(string file, JsonElement root, AddedTokenTable added)
    {
        Object(file, root, "the file");
        CheckNormalizer(file, root);
        CheckPreTokenizer(file, root);
        if (root.TryGetProperty("added_tokens", out var tokens) && tokens.ValueKind == JsonValueKind.Array)
        {
            foreach (var token in tokens.EnumerateArray())
                added.Add(file, token, Integer(file, Property(file, token, "id"), "added_tokens.id"));
        }

        var model = Property(file, root, "model");
        if (model.TryGetProperty("type", out var type) && type.GetString() != "BPE")
            throw Unsupported(file, "model.type", type);
        foreach (var option in (string[])["byte_fallback", "fuse_unk", "ignore_merges"])
        {
            if (model.TryGetProperty(option, out var value) && value.ValueKind == JsonValueKind.True)
                throw Unsupported(file, "model." + option, value);
        }

        foreach (var affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (model.TryGetProperty(affix, out var value) && value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0)
                throw Unsupported(file, "model." + affix, value);
        }

        var merges = new List<(string, string)>();
        foreach (var merge in Property(file, model, "merges").EnumerateArray())
        {
            merges.Add(merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
                ? (merge[0].GetString()!, merge[1].GetString()!)
                : Pair(file, merge.GetString() ?? ""));
        }

        return new TokenizerModel(Vocabulary(file, Property(file, model, "vocab")), merges);
    }

    public static Dictionary<string, int> Vocabulary(string file, JsonElement element)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in Object(file, element, "the vocabulary").EnumerateObject())
            vocabulary[token.Name] = Integer(file, token.Value, token.Name);
        return vocabulary;
    }

    /// <summary>A merge as written in text: two tokens with a space between.</summary>
    public static (string Left, string Right) Pair(string file, string line)
    {
        var space = line.IndexOf(' ');
        if (space <= 0 || space == line.Length - 1 || line.IndexOf(' ', space + 1) >= 0)
            throw new ModelFolderException($"'{file}' has the merge '{line}'; two tokens with one space between were expected.");
        return (line[..space], line[(space + 1)..]);
    }

    public static JsonElement Object(string file, JsonElement element, string what) => element.ValueKind == JsonValueKind.Object
        ? element
        : throw new ModelFolderException($"In '{file}', {what} is {element.ValueKind}; a JSON object was expected.");

    public static int Integer(string file, JsonElement element, string what) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value)
        ? value
        : throw new ModelFolderException($"In '{file}', '{what}' is {element.GetRawText()}; an id was expected.");

    private static JsonElement Property(string file, JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            ? value
            : throw new ModelFolderException($"'{file}' has no '{name}'; it is not a whole tokenizer.json.");

    private static void CheckNormalizer(string file, JsonElement root)
    {
        if (root.TryGetProperty("normalizer", out var normalizer) && normalizer.ValueKind == JsonValueKind.Object &&
            normalizer.TryGetProperty("type", out var type) && type.GetString() != "NFC")
        {
            throw Unsupported(file, "normalizer", type);
        }
    }

    /// <summary>The pattern must be the Qwen one; it stands in a Split step, alone or before a ByteLevel step.</summary>
    private static void CheckPreTokenizer(string file, JsonElement root)
    {
        if (!root.TryGetProperty("pre_tokenizer", out var whole) || whole.ValueKind != JsonValueKind.Object)
            throw new ModelFolderException($"'{file}' has no pre_tokenizer; a byte-level BPE tokenizer of the Qwen family has one.");
        var steps = whole.TryGetProperty("pretokenizers", out var sequence) && sequence.ValueKind == JsonValueKind.Array ? sequence.EnumerateArray().ToList() : [whole];
        foreach (var step in steps)
        {
            if (step.TryGetProperty("pattern", out var pattern) && pattern.TryGetProperty("Regex", out var regex))
            {
                if (regex.GetString() != QwenPreTokenizer.Pattern)
                    throw Unsupported(file, "pre_tokenizer pattern", regex);
            }
            else if (step.TryGetProperty("type", out var type) && type.GetString() != "ByteLevel")
            {
                throw Unsupported(file, "pre_tokenizer", type);
            }
        }
    }

    private static ModelFolderException Unsupported(string file, string field, JsonElement value) => new(
        $"'{file}' sets {field} to {value.GetRawText()}; only the byte-level BPE of the Qwen2 family is supported, which cuts text differently.");
}
