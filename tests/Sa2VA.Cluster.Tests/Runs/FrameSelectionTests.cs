using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Tests.Runs;

public sealed class FrameSelectionTests
{
    [Theory]
    [InlineData(0, null, 1, 100, 100)]
    [InlineData(0, null, 3, 100, 34)]
    [InlineData(10, 19, 1, 100, 10)]
    [InlineData(10, 19, 4, 100, 3)]
    [InlineData(10, 500, 1, 100, 90)]
    [InlineData(100, null, 1, 100, 0)]
    [InlineData(99, null, 7, 100, 1)]
    public void Steps_are_counted_within_the_file(int first, int? last, int stride, long frames, int expected)
        => Assert.Equal(expected, new FrameSelection(first, last, stride).Steps(frames));

    [Fact]
    public void Steps_and_frames_are_each_others_inverse()
    {
        var selection = new FrameSelection(5, 60, 7);
        for (var step = 0; step < selection.Steps(1000); step++) Assert.Equal(step, selection.StepOf(selection.FrameOf(step)));
        Assert.Null(selection.StepOf(4));
        Assert.Null(selection.StepOf(6));
        Assert.Null(selection.StepOf(61));
    }
}
