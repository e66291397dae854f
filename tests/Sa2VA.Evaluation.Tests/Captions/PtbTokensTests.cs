using Sa2VA.Evaluation.Captions.Text;

namespace Sa2VA.Evaluation.Tests.Captions;

public sealed class PtbTokensTests
{
    [Theory]
    [InlineData("A red circle, and a Blue square.", "a red circle and a blue square")]
    [InlineData("The man's t-shirt isn't black-and-white; it's grey!", "the man 's t-shirt is n't black-and-white it 's grey")]
    [InlineData("Mr. Smith lives on St. Mark's in the U.S.", "mr. smith lives on st. mark 's in the u.s.")]
    [InlineData("\"Stop\" reads the sign -- or 'Go'...", "stop reads the sign or go")]
    [InlineData("Two (2) dogs, 1,000 birds at 10:30 & 3.5 cats", "two -lrb- 2 -rrb- dogs 1,000 birds at 10:30 & 3.5 cats")]
    [InlineData("You cannot see the dogs' bowls", "you can not see the dogs bowls")]
    [InlineData("We\u2019ll see \u201Cit\u201D \u2014 caf\u00E9", "we 'll see it caf\u00E9")]
    [InlineData("point b. and line", "point b and line")]
    [InlineData("50% of $3", "50 % of $ 3")]
    [InlineData("  \n ", "")]
    [InlineData("...", "")]
    public void Captions_are_split_as_the_treebank_does(string caption, string words) => Assert.Equal(words, string.Join(' ', PtbTokens.Of(caption)));
}
