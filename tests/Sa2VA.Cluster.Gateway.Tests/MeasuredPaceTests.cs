using Sa2VA.Cluster.Gateway.Estimates;
using Sa2VA.Cluster.Jobs;

namespace Sa2VA.Cluster.Gateway.Tests;

/// <summary>A video is estimated by the earlier ones that are most like it, as far as there are enough of them.</summary>
public sealed class MeasuredPaceTests
{
    private const long Small = 192 * 144;
    private const long Large = 1920 * 1080;

    // Frames a second: 10 for small frames with one thing to find, 4 with five; 5 and 2 for large ones.
    private static readonly MeasuredVideo[] s_measured =
    [
        .. Videos(3, Small, 1, 10), .. Videos(3, Small, 5, 4), .. Videos(3, Large, 1, 5), .. Videos(2, Large, 6, 2), .. Videos(3, pixels: null, 12, 1),
    ];

    [Theory]
    [InlineData(Small, 1, 10, EstimateBasisKind.SizeAndTargets)]
    [InlineData(640L * 480, 1, 10, EstimateBasisKind.SizeAndTargets)]
    [InlineData(Small, 8, 4, EstimateBasisKind.SizeAndTargets)]
    [InlineData(Large, 1, 5, EstimateBasisKind.SizeAndTargets)]
    // Of these two are too few: then all with as many things to find, 500 frames in 175 seconds.
    [InlineData(Large, 5, 500 / 175.0, EstimateBasisKind.Targets)]
    [InlineData(null, 12, 1, EstimateBasisKind.Targets)]
    [InlineData(3840L * 2160, 20, 1, EstimateBasisKind.Targets)]
    [InlineData(Large, 2, 500 / 160.0, EstimateBasisKind.Size)]
    [InlineData(null, 2, 1400 / 565.0, EstimateBasisKind.Model)]
    [InlineData(1280L * 720, 3, 1400 / 565.0, EstimateBasisKind.Model)]
    public void The_most_alike_count(long? pixels, int targets, double pace, EstimateBasisKind kind)
    {
        var found = new MeasuredPace(s_measured).Of(pixels, targets);
        Assert.Equal(kind, found.Kind);
        Assert.Equal(pace, found.FramesPerSecond, precision: 6);
    }

    [Fact]
    public void Nothing_measured_is_a_guess()
    {
        var found = new MeasuredPace([new MeasuredVideo(100, 1, Small, Seconds: 0)]).Of(Small, 1);
        Assert.Equal((EstimateBasisKind.Guess, 0), (found.Kind, found.Videos));
        Assert.True(found.FramesPerSecond > 0);
    }

    [Fact]
    public void Long_videos_count_for_more()
    {
        var found = new MeasuredPace([new(1000, 1, Small, 100), new(10, 1, Small, 10), new(10, 1, Small, 10)]).Of(Small, 1);
        Assert.Equal(1020 / 120.0, found.FramesPerSecond, precision: 6);
    }

    private static IEnumerable<MeasuredVideo> Videos(int count, long? pixels, int targets, double pace) => Enumerable.Repeat(new MeasuredVideo(100, targets, pixels, 100 / pace), count);
}
