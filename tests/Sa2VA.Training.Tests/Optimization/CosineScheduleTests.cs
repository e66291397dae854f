using Sa2VA.Training.Optimization;

namespace Sa2VA.Training.Tests.Optimization;

public sealed class CosineScheduleTests
{
    [Theory]
    [InlineData(0, 0.25)]
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    [InlineData(9, 0.55)]
    [InlineData(14, 0.1)]
    [InlineData(1000, 0.1)]
    public void The_rate_rises_in_a_line_and_falls_as_half_a_cosine(long step, double rate) =>
        Assert.Equal(rate, new CosineSchedule(Peak: 1, Last: 0.1, WarmUp: 4, Steps: 14).At(step), 1e-12);

    [Fact]
    public void A_run_that_is_all_warm_up_only_rises()
    {
        var schedule = new CosineSchedule(Peak: 2, Last: 0, WarmUp: 4, Steps: 4);
        Assert.Equal([0.5, 1, 1.5, 2], Enumerable.Range(0, 4).Select(step => schedule.At(step)));
    }
}
