using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tracking;

namespace Sa2VA.Cluster.Tests.Tracking;

public sealed class CheckpointClockTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void A_checkpoint_is_due_after_so_many_frames_or_so_much_time()
    {
        var clock = new CheckpointClock(new CheckpointOptions { EveryFrames = 3, EveryTime = TimeSpan.FromSeconds(10) }, _time);
        Assert.Equal([false, false, true], [clock.Tick(), clock.Tick(), clock.Tick()]);
        clock.Reset();
        Assert.False(clock.Tick());
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(clock.Tick());
        clock.Reset();
        Assert.False(clock.Tick());
    }
}
