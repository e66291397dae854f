using Sa2VA.Models.Sam2.Tracking;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.Tracking;

/// <summary>An object's masks do not depend on who is tracked beside it: not on their number, their prompts or their order.</summary>
public sealed class IndependenceTests(SmallVideo video) : IClassFixture<SmallVideo>
{
    [Fact]
    public void Each_object_has_the_masks_it_would_have_alone()
    {
        var frames = Enumerable.Range(0, 16).ToList();
        using var together = video.Tracker();
        for (var id = 0; id < 4; id++) Prompt(together, id);
        var shared = frames.Select(frame => together.Track(frame, video.Features(frame))).ToList();
        for (var id = 0; id < 4; id++)
        {
            using var alone = video.Tracker();
            Prompt(alone, id);
            Assert.Equal(video.Walk(alone, frames, id), shared.Select(masks => SmallVideo.Row(masks, id)));
        }
        foreach (var masks in shared) masks.Dispose();
    }

    [Fact]
    public void Sixteen_objects_of_one_layout_share_their_passes_without_a_trace()
    {
        using var together = video.Tracker();
        for (var id = 0; id < 16; id++) using (together.AddPoints(0, video.Features(0), id, video.Click(id))) { }
        using var alone = video.Tracker();
        using (alone.AddPoints(0, video.Features(0), 11, video.Click(11))) { }
        var frames = Enumerable.Range(0, 9).ToList();
        Assert.Equal(video.Walk(alone, frames, 11), video.Walk(together, frames, 11));
    }

    [Fact]
    public void Removing_or_resetting_another_object_changes_nothing()
    {
        var frames = Enumerable.Range(0, 12).ToList();
        using var alone = video.Tracker();
        Prompt(alone, 1);
        var expected = video.Walk(alone, frames, 1);

        using var tracker = video.Tracker();
        for (var id = 0; id < 3; id++) Prompt(tracker, id);
        var actual = video.Walk(tracker, frames.Take(6), 1);
        tracker.RemoveObject(0);
        tracker.ResetObject(2);
        Prompt(tracker, 2);
        actual.AddRange(video.Walk(tracker, frames.Skip(6), 1));
        Assert.Equal(expected, actual);
        Assert.Equal([1, 2], tracker.ObjectIds);
    }

    [Fact]
    public void An_object_can_join_a_walk()
    {
        using var tracker = video.Tracker();
        Prompt(tracker, 0);
        video.Walk(tracker, Enumerable.Range(0, 8), 0);
        using (tracker.AddPoints(8, video.Features(8), 40, video.Click(4))) { }
        using var alone = video.Tracker();
        using (alone.AddPoints(8, video.Features(8), 40, video.Click(4))) { }
        var rest = Enumerable.Range(8, 8).ToList();
        Assert.Equal(video.Walk(alone, rest, 40), video.Walk(tracker, rest, 40));
    }

    /// <summary>Objects differ in the kind of prompt and in the frames, and so in the layout of their memory.</summary>
    private void Prompt(VideoTracker tracker, int id)
    {
        using var scope = NewDisposeScope();
        using (tracker.AddPoints(id, video.Features(id), id, video.Click(id))) { }
        if (id % 2 == 1) using (tracker.AddMask(0, video.Features(0), id, video.Mask(id))) { }
        if (id == 2) using (tracker.AddLanguage(10, video.Features(10), id, video.Language(id))) { }
    }
}
