using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Models.Tests.Tokenizers;

public sealed class TokenTextTests
{
    private static readonly Tokenizer ByteTokens = new(QwenTokens.ByteLevel(firstAdded: 300));
    private static readonly Tokenizer Words = new(BpeTrainer.Train());

    [Fact]
    public void Whatever_the_tokens_are_the_pieces_make_the_decoded_text()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var tokenizer = seed % 2 == 0 ? ByteTokens : Words;
            // Bytes of characters that are whole, cut off and impossible, white space, added tokens, ids without one.
            var ids = Enumerable.Range(0, random.Next(0, 30)).SelectMany(_ => random.Next(4) switch
            {
                0 => tokenizer.Encode("  \n\t "[..random.Next(0, 5)]),
                1 => tokenizer.Encode("né 你好 😀\u2003z"),
                2 => [random.Next(tokenizer.Count + 5)],
                _ => tokenizer.Encode("[SEG] </p>", SpecialTokens.AsTokens),
            }).ToArray();
            var text = new TokenText(tokenizer);
            var pieces = ids.Select(text.Add).ToList();
            pieces.Add(text.End());
            Assert.Equal(tokenizer.Decode(ids).Trim(), string.Concat(pieces));
        }
    }

    [Fact]
    public void A_character_is_told_when_it_is_whole_and_not_before()
    {
        var text = new TokenText(ByteTokens);
        var ids = ByteTokens.Encode("é😀!");
        Assert.Equal(7, ids.Length);
        Assert.Equal(["", "é", "", "", "", "😀", "!"], ids.Select(text.Add));
        Assert.Equal("", text.End());
    }

    [Fact]
    public void White_space_is_told_when_something_follows_it()
    {
        var text = new TokenText(ByteTokens);
        Assert.Equal(["", "", "a", "", "", " \nb", ""], ByteTokens.Encode("  a \nb ").Select(text.Add));
        Assert.Equal("", text.End());
    }
}
