using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Models.Tokenizers.SentencePiece;

namespace Sa2VA.Models.Tokenizers;

/// <summary>Writes a tokenizer as the files that official Qwen2-based folders hold, in both of their formats.</summary>
public static class TokenizerWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer.json</c>, <c>tokenizer_config.json</c>, <c>added_tokens.json</c> and
    /// <c>special_tokens_map.json</c> into an existing folder, replacing those that are there.
    /// </summary>
    public static void Write(TokenizerSpec spec, string folder)
    {
        var vocabulary = new JsonObject();
        foreach (var (token, id) in spec.Vocabulary.OrderBy(entry => entry.Value))
            vocabulary.Add(token, id);

        WriteJson(folder, "vocab.json", vocabulary);
        WriteMerges(spec, Path.Combine(folder, "merges.txt"));
        WriteJson(folder, "tokenizer.json", Whole(spec, vocabulary));
        WriteJson(folder, "added_tokens.json", AddedByContent(spec));
        WriteJson(folder, "tokenizer_config.json", Settings(spec));
        WriteJson(folder, "special_tokens_map.json", new JsonObject
        {
            ["additional_special_tokens"] = new JsonArray([.. spec.AddedTokens.Where(token => token.Special).Select(token => JsonValue.Create(token.Content))]),
            ["eos_token"] = spec.EndOfSequence,
            ["pad_token"] = spec.Padding,
        });
    }

    /// <summary>Writes <c>tokenizer.model</c>, <c>tokenizer_config.json</c> and <c>added_tokens.json</c>, as InternLM2- and Phi-3-based folders hold them.</summary>
    public static void Write(SentencePieceSpec spec, string folder)
    {
        SentencePieceFile.Write(spec.Model, folder);
        WriteJson(folder, "added_tokens.json", new JsonObject(spec.AddedTokens.Select(token => KeyValuePair.Create<string, JsonNode?>(token.Content, token.Id))));
        WriteJson(folder, "tokenizer_config.json", new JsonObject
        {
            ["add_bos_token"] = spec.AddBeginning,
            ["add_eos_token"] = false,
            ["added_tokens_decoder"] = new JsonObject(spec.AddedTokens.Select(token =>
                KeyValuePair.Create<string, JsonNode?>(token.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), Describe(token, withId: false)))),
            ["eos_token"] = spec.EndOfSequence,
            ["legacy"] = !spec.PrefixOnce,
            ["pad_token"] = spec.Padding,
        });
    }

    private static void WriteMerges(TokenizerSpec spec, string file)
    {
        var text = new StringBuilder("#version: 0.2\n");
        foreach (var (left, right) in spec.Merges)
            text.Append(left).Append(' ').Append(right).Append('\n');
        File.WriteAllText(file, text.ToString());
    }

    private static JsonObject Whole(TokenizerSpec spec, JsonObject vocabulary) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. spec.AddedTokens.Select(token => Describe(token, withId: true))]),
        ["normalizer"] = new JsonObject { ["type"] = "NFC" },
        ["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Split",
                    ["pattern"] = new JsonObject { ["Regex"] = QwenPreTokenizer.Pattern },
                    ["behavior"] = "Isolated",
                    ["invert"] = false,
                },
                ByteLevel()),
        },
        ["post_processor"] = ByteLevel(),
        ["decoder"] = ByteLevel(),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = "",
            ["end_of_word_suffix"] = "",
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["vocab"] = vocabulary.DeepClone(),
            ["merges"] = new JsonArray([.. spec.Merges.Select(merge => JsonValue.Create($"{merge.Left} {merge.Right}"))]),
        },
    };

    private static JsonObject Settings(TokenizerSpec spec) => new()
    {
        ["add_prefix_space"] = false,
        ["added_tokens_decoder"] = new JsonObject(spec.AddedTokens.Select(token =>
            KeyValuePair.Create<string, JsonNode?>(token.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), Describe(token, withId: false)))),
        ["bos_token"] = null,
        ["clean_up_tokenization_spaces"] = false,
        ["eos_token"] = spec.EndOfSequence,
        ["errors"] = "replace",
        ["pad_token"] = spec.Padding,
        ["split_special_tokens"] = false,
        ["tokenizer_class"] = "Qwen2Tokenizer",
        ["unk_token"] = null,
    };

    private static JsonObject AddedByContent(TokenizerSpec spec) =>
        new(spec.AddedTokens.Select(token => KeyValuePair.Create<string, JsonNode?>(token.Content, token.Id)));

    private static JsonObject Describe(AddedToken token, bool withId)
    {
        var described = new JsonObject
        {
            ["content"] = token.Content,
            ["lstrip"] = token.StripsBefore,
            ["normalized"] = false,
            ["rstrip"] = token.StripsAfter,
            ["single_word"] = false,
            ["special"] = token.Special,
        };
        if (withId)
            described.Insert(0, "id", token.Id);
        return described;
    }

    private static JsonObject ByteLevel() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = false,
        ["use_regex"] = false,
    };

    private static void WriteJson(string folder, string name, JsonNode content) =>
        File.WriteAllText(Path.Combine(folder, name), content.ToJsonString(Indented));
}
