using Sa2VA.Evaluation.Captions.Text;

namespace Sa2VA.Evaluation.Tests.Captions;

/// <summary>Words and stems of the algorithm's published description and samples.</summary>
public sealed class EnglishStemmerTests
{
    [Theory]
    [InlineData("consign consigned consigning consignment", "consign consign consign consign")]
    [InlineData("consist consisted consistency consistent consistently consisting consists", "consist consist consist consist consist consist consist")]
    [InlineData("consolation consolations consolatory console consoled consoles consolidate consolidated consoling consolingly", "consol consol consolatori consol consol consol consolid consolid consol consol")]
    [InlineData("consort conspicuous conspicuously conspiracy conspirator conspire constable constancy", "consort conspicu conspicu conspiraci conspir conspir constabl constanc")]
    [InlineData("knack knavish kneaded kneeling knees knife knights knightly knitted knives knocker knots", "knack knavish knead kneel knee knife knight knight knit knive knocker knot")]
    [InlineData("sitting sits running runs dogs boxes buses flies tied cries gas this", "sit sit run run dog box buse fli tie cri gas this")]
    [InlineData("happy enjoy by say cry hopping hoping hoped falling filing luxuriated", "happi enjoy by say cri hop hope hope fall file luxuri")]
    [InlineData("skis skies dying news inning proceed generate generous communism arsenal", "ski sky die news inning proceed generat generous communism arsenal")]
    [InlineData("relational conditional rational vietnamization predication operator hopefulness sensibility", "relat condit ration vietnam predic oper hope sensibl")]
    [InlineData("boy's dogs' agreed feed a is yellow beautifully adoption", "boy dog agre feed a is yellow beauti adopt")]
    public void Words_have_the_published_stems(string words, string stems) => Assert.Equal(stems, string.Join(' ', words.Split(' ').Select(EnglishStemmer.Of)));
}
