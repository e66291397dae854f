using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.Tracking;

/// <summary>A state that an earlier build saved is still understood. Its file is checked in and is not written again.</summary>
public sealed class StoredFormatTests(SmallVideo video) : IClassFixture<SmallVideo>
{
    private static string Stored => Path.Combine(AppContext.BaseDirectory, "Tracking", "Stored", "tracker-v1.safetensors");

    [Fact]
    public void Version_1_goes_on_where_it_was_saved()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Golden.Variable) is { Length: > 0 }, $"The stored state belongs to the model under tests/golden; {Golden.Variable} names another set.");
        using var restored = VideoTracker.Restore(Stored, video.Model);
        using var fresh = Saved();
        Assert.Equal([1, 2], restored.ObjectIds);
        Assert.Equal([0], restored.ConditioningFrames(1));
        Assert.Equal([9], restored.ConditioningFrames(2));
        Assert.Equal((video.Height, video.Width), (restored.VideoHeight, restored.VideoWidth));

        for (var frame = 8; frame < 12; frame++)
        {
            using var expected = fresh.Track(frame, video.Features(frame));
            using var actual = restored.Track(frame, video.Features(frame));
            // The file may come from a machine whose kernels round otherwise.
            var difference = Difference.Between(expected.LowResLogits, actual.LowResLogits, 5e-2);
            Assert.True(difference.IsAccepted, difference.ToString());
        }
    }

    /// <summary>What was done before the state was saved.</summary>
    private VideoTracker Saved()
    {
        var tracker = video.Tracker();
        using (tracker.AddPoints(0, video.Features(0), 1, video.Click(1))) { }
        video.Walk(tracker, Enumerable.Range(0, 8), 1);
        using (tracker.AddPoints(9, video.Features(9), 2, video.Click(2))) { }
        return tracker;
    }
}
