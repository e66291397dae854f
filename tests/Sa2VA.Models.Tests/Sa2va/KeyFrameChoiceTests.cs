using Sa2VA.Models.Sa2va.Grounding;

namespace Sa2VA.Models.Tests.Sa2va;

public sealed class KeyFrameChoiceTests
{
    // numpy.linspace(0, n - 1, k).astype(int), duplicates removed.
    [Theory]
    [InlineData(1, 5, new[] { 0 })]
    [InlineData(3, 5, new[] { 0, 1, 2 })]
    [InlineData(5, 5, new[] { 0, 1, 2, 3, 4 })]
    [InlineData(16, 5, new[] { 0, 3, 7, 11, 15 })]
    [InlineData(100, 5, new[] { 0, 24, 49, 74, 99 })]
    [InlineData(30, 12, new[] { 0, 2, 5, 7, 10, 13, 15, 18, 21, 23, 26, 29 })]
    [InlineData(9, 1, new[] { 0 })]
    [InlineData(2, 5, new[] { 0, 1 })]
    [InlineData(8, 5, new[] { 0, 1, 3, 5, 7 })]
    [InlineData(6, 5, new[] { 0, 1, 2, 3, 5 })]
    public void Spread_frames_are_those_of_numpy(int frames, int count, int[] expected) => Assert.Equal(expected, KeyFrameChoice.Spread(frames, count));

    [Theory]
    [InlineData(1, 5, new[] { 0 })]
    [InlineData(4, 5, new[] { 0, 1, 2, 3 })]
    [InlineData(100, 5, new[] { 0, 1, 2, 3, 4 })]
    public void First_frames_are_as_many_as_there_are(int frames, int count, int[] expected) => Assert.Equal(expected, KeyFrameChoice.First(frames, count));

    // numpy.arange(0, n, (n - 1) / (k - 1)).round().astype(int), all frames when they are no more than asked for.
    [Theory]
    [InlineData(1, 16, new[] { 0 })]
    [InlineData(3, 16, new[] { 0, 1, 2 })]
    [InlineData(16, 16, new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 })]
    [InlineData(17, 16, new[] { 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16 })]
    [InlineData(90, 16, new[] { 0, 6, 12, 18, 24, 30, 36, 42, 47, 53, 59, 65, 71, 77, 83, 89 })]
    [InlineData(6, 3, new[] { 0, 2, 5 })]
    [InlineData(9, 1, new[] { 0 })]
    public void Rounded_frames_are_those_of_numpy(int frames, int count, int[] expected) => Assert.Equal(expected, KeyFrameChoice.Rounded(frames, count));

    [Fact]
    public void Spread_frames_are_distinct_sorted_and_reach_both_ends()
    {
        for (var frames = 1; frames < 60; frames++)
        {
            for (var count = 2; count < 20; count++)
            {
                var chosen = KeyFrameChoice.Spread(frames, count);
                Assert.Equal(chosen.Order().Distinct(), chosen);
                Assert.Equal((0, frames - 1), (chosen[0], chosen[^1]));
                Assert.Equal(Math.Min(frames, count), chosen.Length);
            }
        }
    }

    [Fact]
    public void An_empty_video_or_choice_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyFrameChoice.Spread(0, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyFrameChoice.First(5, 0));
    }
}
