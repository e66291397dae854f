using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.Tracking;

/// <summary>A saved tracker goes on as if it had not been interrupted, to the bit.</summary>
public sealed class CheckpointTests(SmallVideo video) : IClassFixture<SmallVideo>
{
    [Theory]
    [InlineData(0, ScalarType.BFloat16)]
    [InlineData(3, ScalarType.BFloat16)]
    [InlineData(int.MaxValue, ScalarType.Float32)]
    public void The_remaining_masks_are_the_same_bytes(int history, ScalarType memory)
    {
        using var folder = new TemporaryFolder();
        using var tracker = Prompted(new TrackerOptions { HistoryFrames = history, MemoryDtype = memory, FillHoleArea = 8 });
        for (var frame = 0; frame < 11; frame++) video.Walk(tracker, [frame], 5);
        tracker.Save(folder.File("state"));
        using var restored = VideoTracker.Restore(folder.File("state"), video.Model);

        Assert.Equal(tracker.ObjectIds, restored.ObjectIds);
        for (var frame = 11; frame < 30; frame++)
        {
            using var expected = tracker.Track(frame, video.Features(frame));
            using var actual = restored.Track(frame, video.Features(frame));
            foreach (var id in tracker.ObjectIds)
            {
                Assert.Equal(SmallVideo.Row(expected, id), SmallVideo.Row(actual, id));
                var row = tracker.ObjectIds.ToList().IndexOf(id);
                Assert.Equal(expected.Binary(row), actual.Binary(row));
            }
            Assert.Equal(tracker.MemoryBytes, restored.MemoryBytes);
        }
    }

    [Fact]
    public void Saving_what_was_restored_writes_the_same_file()
    {
        using var folder = new TemporaryFolder();
        using var tracker = Prompted(new TrackerOptions { HistoryFrames = 2 });
        video.Walk(tracker, Enumerable.Range(0, 14), 5);
        tracker.Save(folder.File("first"));
        using var restored = VideoTracker.Restore(folder.File("first"), video.Model);
        restored.Save(folder.File("second"));
        Assert.Equal(File.ReadAllBytes(folder.File("first")), File.ReadAllBytes(folder.File("second")));
    }

    [Fact]
    public void Prompts_that_wait_are_saved_too()
    {
        using var folder = new TemporaryFolder();
        using var tracker = Prompted(new TrackerOptions { HistoryFrames = 20 });
        video.Walk(tracker, Enumerable.Range(0, 8), 5);
        using (tracker.AddPoints(6, video.Features(6), 5, video.Click(8))) { }
        using (tracker.AddPoints(9, video.Features(9), 77, video.Click(3))) { }
        tracker.Save(folder.File("state"));
        using var restored = VideoTracker.Restore(folder.File("state"), video.Model);

        // A second click joins the first on both sides.
        using (var expected = tracker.AddPoints(6, video.Features(6), 5, video.Click(9), clearOldPoints: false))
        using (var actual = restored.AddPoints(6, video.Features(6), 5, video.Click(9), clearOldPoints: false))
            Assert.Equal(SmallVideo.Row(expected, 5), SmallVideo.Row(actual, 5));
        foreach (var id in tracker.ObjectIds)
            Assert.Equal(video.Walk(tracker, [6, 7, 8, 9, 10], id), video.Walk(restored, [6, 7, 8, 9, 10], id));
    }

    [Fact]
    public void A_walk_back_can_be_resumed()
    {
        using var folder = new TemporaryFolder();
        using var tracker = video.Tracker(new TrackerOptions { HistoryFrames = 1 });
        using (tracker.AddMask(20, video.Features(20), 1, video.Mask(2))) { }
        video.Walk(tracker, [20, 19, 18, 17, 16], 1, reverse: true);
        tracker.Save(folder.File("state"));
        using var restored = VideoTracker.Restore(folder.File("state"), video.Model);
        int[] rest = [15, 14, 13, 12];
        Assert.Equal(video.Walk(tracker, rest, 1, reverse: true), video.Walk(restored, rest, 1, reverse: true));
    }

    [Fact]
    public void A_file_of_something_else_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafetensorsTensors.Save(folder.File("weights"), new Dictionary<string, Tensor> { ["w"] = zeros([2]) });
        var error = Assert.Throws<TrackerException>(() => VideoTracker.Restore(folder.File("weights"), video.Model));
        Assert.Contains("is not a tracker's state", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_of_another_version_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var tracker = Prompted(new TrackerOptions());
        tracker.Save(folder.File("state"));
        var bytes = File.ReadAllBytes(folder.File("state"));
        var at = bytes.AsSpan().IndexOf("version\\\":1"u8);
        Assert.NotEqual(-1, at);
        bytes[at + "version\\\":".Length] = (byte)'7';
        File.WriteAllBytes(folder.File("state"), bytes);
        var error = Assert.Throws<TrackerException>(() => VideoTracker.Restore(folder.File("state"), video.Model));
        Assert.Contains("has version 7", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Three objects with prompts of different kinds on different frames, one of them still to come.</summary>
    private VideoTracker Prompted(TrackerOptions options)
    {
        var tracker = video.Tracker(options);
        using var scope = NewDisposeScope();
        using (tracker.AddPoints(0, video.Features(0), 5, video.Click(1))) { }
        using (tracker.AddMask(2, video.Features(2), 2, video.Mask(4))) { }
        using (tracker.AddLanguage(12, video.Features(12), 9, video.Language(6))) { }
        return tracker;
    }
}
