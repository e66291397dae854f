using FsCheck;
using FsCheck.Fluent;
using Sa2VA.Models.Sam2.Tracking;

namespace Sa2VA.Models.Tests.Tracking;

public sealed class TrackedFramesTests
{
    [Fact]
    public void A_walk_of_any_length_is_one_range()
    {
        var tracked = new TrackedFrames();
        for (var frame = 0; frame < 1000; frame++) tracked.Add(frame, reverse: false);
        Assert.Equal([new TrackedRange(0, 999, false)], tracked.Ranges);
    }

    [Fact]
    public void A_later_walk_replaces_the_direction()
    {
        var tracked = new TrackedFrames();
        for (var frame = 0; frame < 10; frame++) tracked.Add(frame, reverse: false);
        for (var frame = 6; frame > 3; frame--) tracked.Add(frame, reverse: true);
        Assert.Equal([new(0, 3, false), new(4, 6, true), new TrackedRange(7, 9, false)], tracked.Ranges);
    }

    [Fact]
    public void It_is_a_map_from_frame_to_direction() =>
        Prop.ForAll(
            Gen.ListOf(Gen.Choose(-5, 25).Zip(Gen.Elements(true, false))).ToArbitrary(),
            walk =>
            {
                var tracked = new TrackedFrames();
                var expected = new Dictionary<int, bool>();
                foreach (var (frame, reverse) in walk)
                {
                    tracked.Add(frame, reverse);
                    expected[frame] = reverse;
                }
                var ascending = tracked.Ranges.Zip(tracked.Ranges.Skip(1)).All(pair => pair.First.Last < pair.Second.First);
                return ascending && Enumerable.Range(-6, 33).All(frame => tracked.DirectionOf(frame) == (expected.TryGetValue(frame, out var reverse) ? reverse : null));
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
