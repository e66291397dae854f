using System.Text;
using System.Text.Json;
using Sa2VA.Models.Tokenizers.SentencePiece;

namespace Sa2VA.Models.Tokenizers;

/// <summary>
/// Reads the tokenizer files of a model folder. The merged vocabulary comes from <c>tokenizer.json</c>, else from <c>vocab.json</c>
/// and <c>merges.txt</c>; added tokens from every file that lists them, which must agree.
/// </summary>
internal static class TokenizerReader
{
    /// <summary>Above the largest published vocabulary by far; keeps a damaged file from asking for all memory.</summary>
    public const int LargestId = 4_000_000;

    private const long LargestFile = 256L << 20;

    public static TokenizerSpec Read(string folder)
    {
        var added = new AddedTokenTable();
        TokenizerModel model;
        if (Path.Combine(folder, "tokenizer.json") is var whole && File.Exists(whole))
        {
            using var json = Parse(whole);
            model = TokenizerJson.Read(whole, json.RootElement, added);
        }
        else if (Path.Combine(folder, "vocab.json") is var vocabulary && File.Exists(vocabulary))
        {
            using var json = Parse(vocabulary);
            model = new TokenizerModel(TokenizerJson.Vocabulary(vocabulary, json.RootElement), ReadMerges(Path.Combine(folder, "merges.txt")));
        }
        else
        {
            throw new ModelFolderException(
                $"'{folder}' has no tokenizer: neither tokenizer.json nor vocab.json with merges.txt nor tokenizer.model is there. Copy the tokenizer files of the checkpoint into the folder.");
        }

        ReadAddedTokens(Path.Combine(folder, "added_tokens.json"), added);
        var settings = ReadSettings(Path.Combine(folder, "tokenizer_config.json"), added);
        return new TokenizerSpec
        {
            Vocabulary = model.Vocabulary,
            Merges = model.Merges,
            AddedTokens = added.Tokens(),
            EndOfSequence = settings.End,
            Padding = settings.Padding,
        };
    }

    /// <summary>
    /// A SentencePiece model with the files beside it. Like the official code, which asks for the slow tokenizers, it cuts by
    /// <c>tokenizer.model</c> also when there is a <c>tokenizer.json</c>.
    /// </summary>
    public static SentencePieceSpec ReadPieces(string folder)
    {
        var added = new AddedTokenTable(strips: true);
        var model = SentencePieceFile.Read(Path.Combine(folder, SentencePieceFile.Name));
        ReadAddedTokens(Path.Combine(folder, "added_tokens.json"), added);
        var settings = ReadSettings(Path.Combine(folder, "tokenizer_config.json"), added);
        return new SentencePieceSpec
        {
            Model = model,
            AddedTokens = added.Tokens(),
            EndOfSequence = settings.End,
            Padding = settings.Padding,
            AddBeginning = settings.AddBeginning,
            PrefixOnce = settings.PrefixOnce,
        };
    }

    private static List<(string Left, string Right)> ReadMerges(string file)
    {
        if (!File.Exists(file))
            throw new ModelFolderException($"'{file}' is missing; vocab.json alone does not say how text is cut. Copy merges.txt of the checkpoint, or its tokenizer.json.");
        var merges = new List<(string, string)>();
        foreach (var line in File.ReadLines(file, Encoding.UTF8))
        {
            if (line.Length == 0 || (merges.Count == 0 && line.StartsWith("#version", StringComparison.Ordinal)))
                continue;
            merges.Add(TokenizerJson.Pair(file, line));
        }

        return merges;
    }

    /// <summary><c>added_tokens.json</c>: spelling to id.</summary>
    private static void ReadAddedTokens(string file, AddedTokenTable added)
    {
        if (!File.Exists(file))
            return;
        using var json = Parse(file);
        foreach (var token in TokenizerJson.Object(file, json.RootElement, "the file").EnumerateObject())
            added.Add(file, token.Name, TokenizerJson.Integer(file, token.Value, token.Name), special: null);
    }

    /// <summary><c>tokenizer_config.json</c>: more added tokens, and which one ends an answer.</summary>
    private static (string? End, string? Padding, bool AddBeginning, bool PrefixOnce) ReadSettings(string file, AddedTokenTable added)
    {
        if (!File.Exists(file))
            return (null, null, true, false);
        using var json = Parse(file);
        var root = TokenizerJson.Object(file, json.RootElement, "the file");
        if (root.TryGetProperty("added_tokens_decoder", out var decoder))
        {
            foreach (var token in TokenizerJson.Object(file, decoder, "added_tokens_decoder").EnumerateObject())
            {
                if (!int.TryParse(token.Name, out var id))
                    throw new ModelFolderException($"'{file}' lists an added token under '{token.Name}', which is no id.");
                added.Add(file, token.Value, id);
            }
        }

        return (
            Named(root, "eos_token"), Named(root, "pad_token"),
            !root.TryGetProperty("add_bos_token", out var beginning) || beginning.ValueKind != JsonValueKind.False,
            root.TryGetProperty("legacy", out var legacy) && legacy.ValueKind == JsonValueKind.False);
    }

    /// <summary>A token by name: a string, or an object with its content.</summary>
    private static string? Named(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var token))
            return null;
        if (token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out var content))
            token = content;
        return token.ValueKind == JsonValueKind.String ? token.GetString() : null;
    }

    private static JsonDocument Parse(string file)
    {
        try
        {
            if (new FileInfo(file).Length > LargestFile)
                throw new ModelFolderException($"'{file}' is larger than {LargestFile >> 20} MiB, which no tokenizer file is.");
            using var stream = File.OpenRead(file);
            return JsonDocument.Parse(stream);
        }
        catch (JsonException error)
        {
            throw new ModelFolderException($"'{file}' is not valid JSON ({error.Message}) Fetch the file again.", error);
        }
    }
}

/// <summary>Vocabulary and merges, without the tokens added to them.</summary>
internal sealed record TokenizerModel(Dictionary<string, int> Vocabulary, List<(string Left, string Right)> Merges);
