using Sa2VA.Cli.Display;

namespace Sa2VA.Cli.Tests;

public sealed class RateMeterTests
{
    [Fact]
    public void The_rate_counts_this_sitting_only()
    {
        var time = new ManualTime();
        var meter = new RateMeter(time);
        meter.Update(new RunStatus("Tracking", 100, 300, 100));
        Assert.True(meter.StageChanged);
        Assert.Null(meter.Rate);
        time.Advance(TimeSpan.FromSeconds(10));
        var status = new RunStatus("Tracking", 150, 300, 100);
        meter.Update(status);
        Assert.False(meter.StageChanged);
        Assert.Equal(5, meter.Rate);
        Assert.Equal(TimeSpan.FromSeconds(30), meter.Left);
        Assert.Equal("Tracking 150/300 frames, 5.00 fps, 0:30 left", meter.Describe(status));
    }

    [Fact]
    public void What_turns_out_to_be_done_already_is_not_taken_for_speed()
    {
        var time = new ManualTime();
        var meter = new RateMeter(time);
        meter.Update(new RunStatus("Running", 0, 1000, 0));
        time.Advance(TimeSpan.FromSeconds(1));
        meter.Update(new RunStatus("Running", 600, 1000, 600));
        Assert.Null(meter.Rate);
        time.Advance(TimeSpan.FromSeconds(9));
        meter.Update(new RunStatus("Running", 650, 1000, 600));
        Assert.Equal(5, meter.Rate);
    }

    [Fact]
    public void A_stage_without_frames_is_only_named()
    {
        var meter = new RateMeter(new ManualTime());
        var status = new RunStatus("Loading the model", 0, null, 0);
        meter.Update(status);
        Assert.Equal("Loading the model", meter.Describe(status));
    }
}
