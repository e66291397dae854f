using Sa2VA.Evaluation.Captions.Text;

namespace Sa2VA.Evaluation.Tests.Captions;

public sealed class StemOverlapTests
{
    [Theory]
    [InlineData("a red circle", "The red circle.", 1)]
    [InlineData("a white dog", "the dogs", 2 / 3.0)]
    [InlineData("the man in a blue shirt", "a man", 0.5)]
    [InlineData("a person", "a man", 0)]
    [InlineData("them", "them", 1)]
    [InlineData("", "", 0)]
    [InlineData("", "a dog", 0)]
    public void Stems_in_common(string one, string other, double expected)
    {
        Assert.Equal(expected, new StemOverlap().Of(one, other), 12);
        Assert.Equal(expected, new StemOverlap().Of(other, one), 12);
    }
}
