using Sa2VA.Models.Tokenizers;
using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.Tokenizers;

public sealed class BytePairTrainerTests
{
    private static readonly string[] Texts = [.. BpeTrainer.Corpus.Split('\n'), "the red square", "the red circle", "the reddest"];

    [Fact]
    public void What_was_learnt_encodes_and_decodes_every_text()
    {
        var tokenizer = new Tokenizer(BytePairTrainer.Train(Texts, merges: 200));
        foreach (var text in (string[])[.. Texts, "", "never seen: ζ 漢字 \ud83e\udd80 \r\n\t <|im_end|>", new string('e', 500)])
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        Assert.Single(tokenizer.Encode(" red"));
        Assert.Equal("[SEG]", tokenizer.Decode(tokenizer.Encode("[SEG]", SpecialTokens.AsTokens)));
        Assert.Single(tokenizer.Encode("[SEG]", SpecialTokens.AsTokens));
    }

    [Fact]
    public void The_most_frequent_pair_comes_first_and_of_equal_ones_the_first_in_order()
    {
        Assert.Equal([("a", "b"), ("c", "d"), ("Ġ", "cd")], BytePairTrainer.Train(["ab cd"], merges: 10).Merges);
        Assert.Equal([("c", "d"), ("a", "b"), ("Ġ", "cd")], BytePairTrainer.Train(["ab cd", "cd"], merges: 10).Merges);
        // Leftmost pairs first, as the tokenizer will merge them.
        Assert.Equal([("a", "a"), ("aa", "aa")], BytePairTrainer.Train(["aaaa"], merges: 10).Merges);
    }

    [Fact]
    public void The_order_of_the_texts_does_not_matter() =>
        Assert.Equal(BytePairTrainer.Train(Texts, merges: 60).Merges, BytePairTrainer.Train(Texts.Reverse(), merges: 60).Merges);

    [Fact]
    public void Added_tokens_follow_what_was_learnt()
    {
        var spec = BytePairTrainer.Train(Texts, merges: 50);
        Assert.Equal(50, spec.Merges.Count);
        Assert.Equal(256 + 50, spec.Vocabulary.Count);
        Assert.Equal(Enumerable.Range(306, QwenTokens.AddedCount), spec.AddedTokens.Select(token => token.Id));
        Assert.Equal(306 + QwenTokens.AddedCount, new Tokenizer(spec).Count);
        Assert.Equal(256 + QwenTokens.AddedCount, new Tokenizer(BytePairTrainer.Train([], merges: 50)).Count);
    }

    [Fact]
    public void Its_files_cut_texts_in_the_same_way()
    {
        using var folder = new TemporaryFolder();
        var spec = BytePairTrainer.Train(Texts, merges: 120);
        TokenizerWriter.Write(spec, folder.FullPath);
        var (made, read) = (new Tokenizer(spec), Tokenizer.Load(folder.FullPath));
        foreach (var text in Texts)
            Assert.Equal(made.Encode(text), read.Encode(text));
    }
}
