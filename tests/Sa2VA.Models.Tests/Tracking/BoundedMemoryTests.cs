using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.Tracking;

/// <summary>These count every live tensor of the process, so nothing else may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CountsLiveTensors
{
    public const string Name = "counts live tensors";
}

/// <summary>A tracker needs as much memory after 300 frames as after 30.</summary>
[Collection(CountsLiveTensors.Name)]
public sealed class BoundedMemoryTests(SmallVideo video) : IClassFixture<SmallVideo>
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(4, false)]
    [InlineData(0, true)]
    public void Bytes_and_tensors_are_the_same_at_frame_30_and_frame_300(int history, bool reverse)
    {
        using var tracker = video.Tracker(new TrackerOptions { HistoryFrames = history });
        var first = reverse ? 300 : 0;
        for (var frame = 0; frame < 30; frame++) Warm(frame);
        using (tracker.AddPoints(first, video.Features(first), 1, video.Click(1))) { }
        using (var scope = NewDisposeScope())
        using (tracker.AddMask(first, video.Features(first), 2, video.Mask(2))) { }

        (long Bytes, long Tensors)? early = null;
        for (var step = 0; step <= 300; step++)
        {
            var frame = reverse ? first - step : step;
            using (tracker.Track(frame, video.Features(frame), reverse)) { }
            if (step == 30) early = (tracker.MemoryBytes, Tensor.LiveCount);
        }
        Assert.Equal(early, (tracker.MemoryBytes, Tensor.LiveCount));
    }

    [Fact]
    public void Prompts_beyond_a_cap_do_not_pile_up()
    {
        using var tracker = video.Tracker(new TrackerOptions { MaxCondFrames = 3 });
        for (var frame = 0; frame < 30; frame++) Warm(frame);
        (long Bytes, long Tensors)? early = null;
        for (var frame = 0; frame <= 200; frame++)
        {
            if (frame % 20 == 0) using (tracker.AddPoints(frame, video.Features(frame), 1, video.Click(frame))) { }
            using (tracker.Track(frame, video.Features(frame))) { }
            if (frame == 130) early = (tracker.MemoryBytes, Tensor.LiveCount);
            if (frame == 190) Assert.Equal(early, (tracker.MemoryBytes, Tensor.LiveCount));
        }
    }

    [Fact]
    public void Disposing_releases_every_tensor()
    {
        // The first walk also makes the model's constant tables, which the model keeps.
        Assert.True(LiveAtTheEndOfAWalk() > 0);
        var before = Tensor.LiveCount;
        Assert.True(LiveAtTheEndOfAWalk() > before);
        Assert.Equal(before, Tensor.LiveCount);
    }

    [Fact]
    public void Memory_bytes_are_what_the_bank_holds()
    {
        using var tracker = video.Tracker();
        Assert.Equal(0, tracker.MemoryBytes);
        using (tracker.AddPoints(0, video.Features(0), 1, video.Click(1))) { }
        Assert.True(tracker.MemoryBytes >= Bytes(video.Features(0).Fpn2), "the features of a prompted frame are kept until its memory is encoded");
        tracker.RemoveObject(1);
        Assert.Equal(0, tracker.MemoryBytes);
    }

    private long LiveAtTheEndOfAWalk()
    {
        using var tracker = video.Tracker(new TrackerOptions { HistoryFrames = int.MaxValue, FillHoleArea = 8 });
        for (var id = 0; id < 3; id++) using (tracker.AddPoints(id, video.Features(id), id, video.Click(id))) { }
        for (var frame = 0; frame < 12; frame++) using (tracker.Track(frame, video.Features(frame))) { }
        using (tracker.AddPoints(5, video.Features(5), 1, video.Click(9))) { }
        tracker.ResetObject(2);
        tracker.RemoveObject(0);
        return Tensor.LiveCount;
    }

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.dtype.ElementSize();

    /// <summary>Features and the model's constants are made before anything is counted.</summary>
    private void Warm(int frame) => video.Features(frame).HighRes(video.Model.sam_mask_decoder);
}
