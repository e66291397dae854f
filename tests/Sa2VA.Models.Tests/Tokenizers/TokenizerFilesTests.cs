using System.Text.Json.Nodes;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.Tokenizers;

public sealed class TokenizerFilesTests : IDisposable
{
    private const string Text = "Please segment [SEG] the person<|im_end|>\nin 日本";

    private static readonly TokenizerSpec Spec = BpeTrainer.Train();

    private readonly TemporaryFolder _folder = new();

    public TokenizerFilesTests() => TokenizerWriter.Write(Spec, _folder.FullPath);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Both_formats_give_the_same_tokenizer()
    {
        var expected = new Tokenizer(Spec).Encode(Text, SpecialTokens.AsTokens);
        Assert.Equal(expected, Tokenizer.Load(_folder.FullPath).Encode(Text, SpecialTokens.AsTokens));

        File.Delete(_folder.File("tokenizer.json"));
        var slow = Tokenizer.Load(_folder.FullPath);
        Assert.Equal(expected, slow.Encode(Text, SpecialTokens.AsTokens));
        Assert.Equal(Spec.AddedTokens, slow.Spec.AddedTokens);
        Assert.Equal(slow.Id(QwenTokens.TurnEnd), slow.EndOfSequence);
        Assert.Equal(Spec.AddedTokens[^1].Id + 1, slow.Count);
    }

    [Fact]
    public void Merges_may_be_pairs()
    {
        var file = _folder.File("tokenizer.json");
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        json["model"]!["merges"] = new JsonArray([.. Spec.Merges.Select(merge => new JsonArray(merge.Left, merge.Right))]);
        File.WriteAllText(file, json.ToJsonString());
        Assert.Equal(new Tokenizer(Spec).Encode(Text), Tokenizer.Load(_folder.FullPath).Encode(Text));
    }

    [Fact]
    public void Official_ids_come_out_at_the_official_places()
    {
        var tokenizer = new Tokenizer(QwenTokens.ByteLevel());
        Assert.Equal(151_643, tokenizer.Id("<|endoftext|>"));
        Assert.Equal(151_644, tokenizer.Id("<|im_start|>"));
        Assert.Equal(151_645, tokenizer.EndOfSequence);
        Assert.Equal(151_664, tokenizer.Id("<|file_sep|>"));
        Assert.Equal(151_665, tokenizer.Id("<img>"));
        Assert.Equal(151_667, tokenizer.Id("<IMG_CONTEXT>"));
        Assert.Equal(151_674, tokenizer.Id("[SEG]"));
        Assert.Equal(151_678, tokenizer.Id("</vp>"));
        Assert.Equal(151_679, tokenizer.Count);
    }

    [Fact]
    public void A_base_models_tokenizer_is_told_apart_by_the_missing_token()
    {
        var bare = new Tokenizer(new TokenizerSpec { Vocabulary = Spec.Vocabulary, Merges = Spec.Merges, AddedTokens = [.. Spec.AddedTokens.Take(3)] });
        var error = Assert.Throws<ModelFolderException>(() => bare.RequiredId("[SEG]"));
        Assert.Contains("'[SEG]'", error.Message);
    }

    [Theory]
    [InlineData("pre_tokenizer pattern", "$.pre_tokenizer.pretokenizers[0].pattern.Regex", "\\w+")]
    [InlineData("normalizer", "$.normalizer.type", "NFKC")]
    [InlineData("model.type", "$.model.type", "Unigram")]
    [InlineData("model.end_of_word_suffix", "$.model.end_of_word_suffix", "</w>")]
    [InlineData("model.byte_fallback", "$.model.byte_fallback", true)]
    [InlineData("'lstrip'", "$.added_tokens[0].lstrip", true)]
    public void A_tokenizer_that_cuts_differently_is_refused_by_the_field(string named, string path, object value)
    {
        Edit("tokenizer.json", path, value is bool flag ? flag : (string)value);
        var error = Assert.Throws<ModelFolderException>(() => Tokenizer.Load(_folder.FullPath));
        Assert.Contains(named, error.Message);
        Assert.Contains("tokenizer.json", error.Message);
    }

    [Fact]
    public void Files_that_contradict_each_other_are_refused_by_name()
    {
        File.WriteAllText(_folder.File("added_tokens.json"), """{ "[SEG]": 17 }""");
        var error = Assert.Throws<ModelFolderException>(() => Tokenizer.Load(_folder.FullPath));
        Assert.Contains("'[SEG]'", error.Message);
        Assert.Contains("added_tokens.json", error.Message);
        Assert.Contains("tokenizer.json", error.Message);
    }

    [Fact]
    public void Missing_and_damaged_files_are_refused_by_name()
    {
        File.WriteAllText(_folder.File("tokenizer.json"), "{ \"model\": ");
        Assert.Contains("not valid JSON", Assert.Throws<ModelFolderException>(() => Tokenizer.Load(_folder.FullPath)).Message);
        File.Delete(_folder.File("tokenizer.json"));
        File.WriteAllText(_folder.File("merges.txt"), "#version: 0.2\nonly-one\n");
        Assert.Contains("'only-one'", Assert.Throws<ModelFolderException>(() => Tokenizer.Load(_folder.FullPath)).Message);
        File.WriteAllText(_folder.File("merges.txt"), "#version: 0.2\nqq zz\n");
        Assert.Contains("Merge 0", Assert.Throws<ModelFolderException>(() => Tokenizer.Load(_folder.FullPath)).Message);
        File.Delete(_folder.File("merges.txt"));
        Assert.Contains("merges.txt", Assert.Throws<ModelFolderException>(() => Tokenizer.Load(_folder.FullPath)).Message);
        File.Delete(_folder.File("vocab.json"));
        Assert.Contains("no tokenizer", Assert.Throws<ModelFolderException>(() => Tokenizer.Load(_folder.FullPath)).Message);
        File.WriteAllText(_folder.File("tokenizer.model"), "");
        Assert.Contains("SentencePiece", Assert.Throws<ModelFolderException>(() => Tokenizer.Load(_folder.FullPath)).Message);
    }

    [Fact]
    public void A_vocabulary_without_some_byte_is_refused()
    {
        var vocabulary = new Dictionary<string, int>(Spec.Vocabulary, StringComparer.Ordinal);
        vocabulary.Remove("Ġ");
        var error = Assert.Throws<ModelFolderException>(() => new Tokenizer(new TokenizerSpec { Vocabulary = vocabulary, Merges = [], AddedTokens = [] }));
        Assert.Contains("0x20", error.Message);
    }

    /// <summary>Replaces the value at a path of names and list positions.</summary>
    private void Edit(string name, string path, JsonNode? value)
    {
        var json = JsonNode.Parse(File.ReadAllText(_folder.File(name)))!;
        var steps = path[2..].Replace("[", ".[", StringComparison.Ordinal).Split('.');
        var at = json;
        foreach (var step in steps[..^1])
            at = (step[0] == '[' ? at[int.Parse(step[1..^1])] : at[step])!;
        at[steps[^1]] = value;
        File.WriteAllText(_folder.File(name), json.ToJsonString());
    }
}
