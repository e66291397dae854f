using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Tracking;

namespace Sa2VA.Cluster.Tests.Regrounding;

public sealed class RegroundWatchTests
{
    private static readonly RegroundOptions Doubt = new() { OnDoubt = true, MinimumGap = 4 };

    [Fact]
    public void A_schedule_asks_at_its_steps_once_and_never_at_the_first()
    {
        var watch = Watch(new RegroundOptions { EveryFrames = 10 });
        Assert.Null(watch.Before(At(0)));
        Assert.Null(watch.Before(At(9)));
        Assert.Equal(RegroundReason.Schedule, watch.Before(At(10)));
        watch.Asked(10);
        Assert.Null(watch.Before(At(10)));
        Assert.Equal(RegroundReason.Schedule, watch.Before(At(20)));
    }

    [Fact]
    public void A_scene_that_begins_is_asked_about_where_that_is_wanted()
    {
        Assert.Equal(RegroundReason.Cut, Watch(new RegroundOptions { OnCut = true }).Before(At(40) with { IsCut = true }));
        Assert.Null(Watch(new RegroundOptions { OnCut = true }).Before(At(40)));
        Assert.Null(Watch(new RegroundOptions { OnDoubt = true }).Before(At(40) with { IsCut = true }));
    }

    [Theory]
    [InlineData(100, 0, true)]
    [InlineData(0, 100, true)]
    [InlineData(100, 301, true)]
    [InlineData(301, 100, true)]
    [InlineData(100, 300, false)]
    [InlineData(0, 0, false)]
    public void An_object_that_goes_comes_or_jumps_in_area_is_in_doubt(int before, int latest, bool doubtful)
    {
        var watch = Watch(Doubt);
        watch.Saw([Mask(1, before)]);
        watch.Saw([Mask(1, latest)]);
        Assert.Equal(doubtful ? RegroundReason.Doubt : null, watch.Before(At(8)));
    }

    [Fact]
    public void Objects_that_were_shown_by_hand_raise_no_doubt()
    {
        var watch = Watch(Doubt);
        watch.Saw([Mask(1, 100), Mask(2, 100)]);
        watch.Saw([Mask(1, 100), Mask(2, 0)]);
        Assert.Null(watch.Before(At(8)));
    }

    [Fact]
    public void There_is_a_gap_between_two_times()
    {
        var watch = Watch(Doubt, last: 6);
        watch.Saw([Mask(1, 100)]);
        watch.Saw([Mask(1, 0)]);
        Assert.Null(watch.Before(At(9)));
        Assert.Equal(RegroundReason.Doubt, watch.Before(At(10)));
    }

    [Fact]
    public void A_walk_that_goes_on_knows_the_two_frames_before()
    {
        var watch = new RegroundWatch(Doubt, [1], lastStep: null, [[Mask(1, 50)], [Mask(1, 0)]]);
        Assert.Equal(RegroundReason.Doubt, watch.Before(At(30)));
        Assert.Equal(0, watch.Latest(1)!.Area);
    }

    private static RegroundWatch Watch(RegroundOptions options, int? last = null) => new(options, [1], last, []);

    private static StepFrame At(int step) => new(step, step, step, step);

    private static ObjectMask Mask(int id, int area)
    {
        var pixels = new byte[400];
        pixels.AsSpan(0, area).Fill(1);
        return new ObjectMask(id, pixels, area > 0 ? 5 : -5, 1);
    }
}
