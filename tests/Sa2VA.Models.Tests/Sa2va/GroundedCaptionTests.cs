using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tests.Tokenizers;
using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Models.Tests.Sa2va;

public sealed class GroundedCaptionTests
{
    private static readonly Tokenizer Words = new(BpeTrainer.Train());

    [Theory]
    [InlineData("<p> A dog </p> [SEG] runs over <p> the grass </p> [SEG] .", "A dog runs over the grass.", "A dog:0|the grass:1")]
    [InlineData("The masks: <p>one</p>, <p>two</p>. [SEG] [SEG]", "The masks: one, two.", "one:0|two:1")]
    [InlineData("Nothing to see here!", "Nothing to see here!", "")]
    [InlineData("", "", "")]
    [InlineData("Sure, [SEG].", "Sure,.", ":0")]
    [InlineData("<p> a cat [SEG] on <p> a mat [SEG]", "a cat on a mat", "a cat:0|a mat:1")]
    [InlineData("a cat </p> [SEG] sits", "a cat sits", ":0")]
    [InlineData("<p> a <p> red ball </p> [SEG]", "a red ball", "a:0|red ball:-")]
    [InlineData("<p> the sky </p> and <p> the sea </p> [SEG]", "the sky and the sea", "the sky:0|the sea:-")]
    [InlineData("<p> </p> [SEG] end", "end", ":0")]
    [InlineData("  <p>\n a\t dog</p>[SEG]  ", "a dog", "a dog:0")]
    [InlineData("the end <p> of it", "the end of it", "of it:-")]
    public void Phrases_belong_to_masks_by_number_and_broken_tags_have_a_rule(string answer, string text, string phrases)
    {
        var ids = Words.Encode(answer, SpecialTokens.AsTokens);
        var caption = GroundedCaption.Of(new Answer(answer, ids, [], Complete: false), Words);
        Assert.Equal(text, caption.Text);
        Assert.Equal(phrases, string.Join('|', caption.Phrases.Select(phrase => $"{caption.TextOf(phrase)}:{(phrase.Segment is { } segment ? $"{segment}" : "-")}")));

        // The token that ends an answer is no part of it.
        var ended = GroundedCaption.Of(new Answer(answer, [.. ids, Words.RequiredId(QwenTokens.TurnEnd)], [], Complete: true), Words);
        Assert.Equal((caption.Text, caption.Phrases.Count), (ended.Text, ended.Phrases.Count));
    }

    [Fact]
    public void What_only_looks_like_a_tag_is_text()
    {
        var caption = GroundedCaption.Of(new Answer("", Words.Encode("<p>x</p>[SEG]"), [], Complete: false), Words);
        Assert.Equal(("<p>x</p>[SEG]", 0), (caption.Text, caption.Phrases.Count));
    }

    [Fact]
    public void Whatever_a_model_says_spans_lie_in_the_text_and_every_mask_is_told_once()
    {
        string[] words = ["a", " dog", "  ", "\n", ",", ".", "你好 ", " x! "];
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var parts = Enumerable.Range(0, random.Next(0, 16)).Select(_ => random.Next(6) switch
            {
                0 => CaptionPart.Start,
                1 => CaptionPart.End,
                2 => CaptionPart.Segment,
                _ => CaptionPart.Words(words[random.Next(words.Length)]),
            }).ToList();
            var caption = GroundedCaption.Of(parts);

            // The text is that of the words, but for white space.
            static string Bare(string text) => string.Concat(text.Where(character => !char.IsWhiteSpace(character)));
            Assert.Equal(Bare(string.Concat(parts.Select(part => part.Text))), Bare(caption.Text));
            Assert.Equal(caption.Text, string.Join(' ', caption.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

            var segments = parts.Count(part => part.Kind == CaptionPartKind.Segment);
            var starts = parts.Count(part => part.Kind == CaptionPartKind.Start);
            Assert.Equal(Math.Max(segments, starts), caption.Phrases.Count);
            Assert.Equal(Enumerable.Range(0, segments), caption.Phrases.Select(phrase => phrase.Segment).OfType<int>().Order());
            var end = 0;
            foreach (var phrase in caption.Phrases.Where(phrase => phrase.Length > 0))
            {
                Assert.True(phrase.Start >= end, $"phrases overlap in '{caption.Text}' (seed {seed})");
                end = phrase.Start + phrase.Length;
                Assert.Equal(caption.TextOf(phrase).Trim(), caption.TextOf(phrase));
            }

            Assert.InRange(end, 0, caption.Text.Length);
        }
    }
}
