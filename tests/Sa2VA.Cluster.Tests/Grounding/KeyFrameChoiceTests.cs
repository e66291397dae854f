using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Tests.Grounding;

public sealed class KeyFrameChoiceTests
{
    [Theory]
    [InlineData(100, 5, new[] { 0, 1, 2, 3, 4 })]
    [InlineData(3, 5, new[] { 0, 1, 2 })]
    [InlineData(1, 5, new[] { 0 })]
    public void Sa2va_takes_the_first(int steps, int count, int[] expected)
        => Assert.Equal(expected, KeyFrameChoice.Steps(GroundingProtocol.Sa2va, steps, count));

    [Theory]
    [InlineData(100, 5, new[] { 0, 24, 49, 74, 99 })]
    [InlineData(8, 5, new[] { 0, 1, 3, 5, 7 })]
    [InlineData(6, 5, new[] { 0, 1, 2, 3, 5 })]
    [InlineData(3, 5, new[] { 0, 1, 2 })]
    [InlineData(9, 1, new[] { 0 })]
    public void Sa2va_i_spreads_them_as_linspace_cut_to_integers(int steps, int count, int[] expected)
        => Assert.Equal(expected, KeyFrameChoice.Steps(GroundingProtocol.Sa2vaI, steps, count));

    [Fact]
    public void Key_frames_always_increase_and_stay_inside()
    {
        for (var steps = 1; steps < 200; steps++)
        {
            for (var count = 1; count <= 16; count++)
            {
                var chosen = KeyFrameChoice.Steps(GroundingProtocol.Sa2vaI, steps, count);
                Assert.Equal(Math.Min(steps, count), chosen.Count);
                Assert.Equal(chosen.Order().Distinct(), chosen);
                Assert.InRange(chosen[^1], 0, steps - 1);
            }
        }
    }
}
