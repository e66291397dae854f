using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.Tracking;

/// <summary>Prompts in every order, and what is said to those that make no sense.</summary>
public sealed class PromptTests(SmallVideo video) : IClassFixture<SmallVideo>
{
    [Fact]
    public void Without_an_object_there_is_nothing_to_track()
    {
        using var tracker = video.Tracker();
        Refused("no object was prompted", tracker.BeginPropagation);
        Refused("no object was prompted", () => tracker.Track(0, video.Features(0)));
        Assert.False(tracker.NeedsFeatures(0));
    }

    [Fact]
    public void A_reset_object_wants_a_new_prompt()
    {
        using var tracker = Clicked();
        tracker.ResetObject(1);
        Refused("Object 1 has no prompt", () => tracker.Track(1, video.Features(1)));
        using (tracker.AddPoints(4, video.Features(4), 1, video.Click(2))) { }
        using var masks = tracker.Track(5, video.Features(5));
        Assert.Equal([1], masks.ObjectIds);
    }

    [Fact]
    public void Unknown_objects_are_named_with_the_known_ones()
    {
        using var tracker = Clicked();
        Refused("There is no object 8; the objects are 1.", () => tracker.RemoveObject(8));
        Refused("There is no object 8", () => tracker.ResetObject(8));
        Refused("There is no object 8", () => tracker.ConditioningFrames(8));
    }

    [Theory]
    [InlineData(new float[0], new int[0], "0 labels")]
    [InlineData(new[] { 1f, 2, 3 }, new[] { 1 }, "3 coordinates and 1 labels")]
    [InlineData(new[] { 1f, 2 }, new[] { 4 }, "labelled 4")]
    [InlineData(new[] { 1f, 2 }, new[] { -1 }, "labelled -1")]
    [InlineData(new[] { float.NaN, 2 }, new[] { 1 }, "not a finite number")]
    [InlineData(new[] { 1f, 2 }, new[] { 2 }, "do not begin with one box")]
    [InlineData(new[] { 1f, 2, 3, 4 }, new[] { 3, 2 }, "do not begin with one box")]
    [InlineData(new[] { 1f, 2, 3, 4, 5, 6 }, new[] { 1, 2, 3 }, "do not begin with one box")]
    public void Senseless_points_are_refused_and_leave_nothing_behind(float[] coordinates, int[] labels, string reason)
    {
        using var tracker = video.Tracker();
        Refused(reason, () => tracker.AddPoints(0, video.Features(0), 1, new PointPrompt(coordinates, labels)));
        Assert.Empty(tracker.ObjectIds);
        Assert.Equal(0, tracker.MemoryBytes);
    }

    [Fact]
    public void A_box_cannot_be_added_to_clicks()
    {
        using var tracker = Clicked();
        Refused("A box cannot be added", () => tracker.AddPoints(0, video.Features(0), 1, PointPrompt.Box(1, 2, 30, 40), clearOldPoints: false));
    }

    [Fact]
    public void Masks_and_embeddings_of_another_size_are_refused_with_both_sizes()
    {
        using var tracker = video.Tracker();
        using var scope = NewDisposeScope();
        Refused($"[3, 4], but the video is {video.Height} high", () => tracker.AddMask(0, video.Features(0), 1, zeros([3, 4])));
        Refused($"[1, 5]; expected [tokens, {video.Model.Config.HiddenDim}]", () => tracker.AddLanguage(0, video.Features(0), 1, zeros([1, 5])));
        Assert.Empty(tracker.ObjectIds);
    }

    [Fact]
    public void Frames_outside_the_video_are_refused()
    {
        using var tracker = video.Tracker(new TrackerOptions { FrameCount = 10 });
        Refused("Frame -1 is not in the video: frames count from 0 to 9.", () => tracker.AddPoints(-1, video.Features(0), 1, video.Click(1)));
        Refused("Frame 10 is not in the video", () => tracker.AddPoints(10, video.Features(0), 1, video.Click(1)));
    }

    [Fact]
    public void Features_are_wanted_only_where_something_is_unknown()
    {
        using var tracker = Clicked();
        Assert.False(tracker.NeedsFeatures(0));
        Assert.True(tracker.NeedsFeatures(1));
        using (tracker.Track(0, features: null)) { }
        Refused("Frame 1 needs its image features: object 1", () => tracker.Track(1, features: null));
        using (tracker.AddPoints(5, video.Features(5), 2, video.Click(5))) { }
        Assert.True(tracker.NeedsFeatures(0));
    }

    [Fact]
    public void A_frame_that_is_no_longer_kept_cannot_be_corrected()
    {
        using var tracker = Clicked(new TrackerOptions { HistoryFrames = 2 });
        video.Walk(tracker, Enumerable.Range(0, 8), 1);
        Refused("HistoryFrames is 2", () => tracker.AddPoints(5, video.Features(5), 1, video.Click(3)));
        using (tracker.AddPoints(6, video.Features(6), 1, video.Click(3))) { }
        using (tracker.AddPoints(7, video.Features(7), 1, video.Click(3))) { }
    }

    [Fact]
    public void A_correction_within_the_history_is_the_one_of_a_full_history()
    {
        List<byte[]> Corrected(int history)
        {
            using var tracker = Clicked(new TrackerOptions { HistoryFrames = history, AddAllFramesToCorrectAsCond = true });
            video.Walk(tracker, Enumerable.Range(0, 20), 1);
            using (tracker.AddPoints(17, video.Features(17), 1, video.Click(6))) { }
            return video.Walk(tracker, Enumerable.Range(16, 8), 1);
        }

        Assert.Equal(Corrected(int.MaxValue), Corrected(4));
    }

    [Fact]
    public void A_prompted_frame_is_output_as_it_was_predicted()
    {
        using var tracker = video.Tracker();
        using var predicted = tracker.AddPoints(3, video.Features(3), 1, video.Click(3));
        using var output = tracker.Track(3, video.Features(3));
        Assert.Equal(SmallVideo.Row(predicted, 1), SmallVideo.Row(output, 1));
    }

    [Fact]
    public void Prompting_a_frame_twice_keeps_the_second_prompt()
    {
        using var tracker = video.Tracker();
        using var scope = NewDisposeScope();
        using (tracker.AddPoints(3, video.Features(3), 1, video.Click(3))) { }
        using var mask = tracker.AddMask(3, video.Features(3), 1, video.Mask(1));
        using var output = tracker.Track(3, features: null);
        Assert.Equal(SmallVideo.Row(mask, 1), SmallVideo.Row(output, 1));
        Assert.Equal([3], tracker.ConditioningFrames(1));
    }

    [Fact]
    public void Rows_are_in_the_order_in_which_objects_came()
    {
        using var tracker = video.Tracker();
        foreach (var id in (int[])[90, -4, 7])
            using (tracker.AddPoints(2, video.Features(2), id, video.Click(3))) { }
        using var masks = tracker.Track(3, video.Features(3));
        Assert.Equal([90, -4, 7], masks.ObjectIds);
        Assert.Equal(SmallVideo.Row(masks, 90), SmallVideo.Row(masks, 7));
    }

    [Fact]
    public void An_object_without_a_prediction_is_shown_as_absent()
    {
        using var tracker = video.Tracker();
        using (tracker.AddPoints(0, video.Features(0), 1, video.Click(1))) { }
        using var masks = tracker.AddPoints(4, video.Features(4), 2, video.Click(2));
        Assert.Equal([1, 2], masks.ObjectIds);
        Assert.All(masks.LowResLogits[0].ToArray<float>(), logit => Assert.Equal(-1024f, logit));
        Assert.All(masks.Binary(0), pixel => Assert.Equal(0, pixel));
    }

    [Fact]
    public void Frames_may_come_in_any_order()
    {
        using var tracker = video.Tracker(new TrackerOptions { HistoryFrames = int.MaxValue });
        using (tracker.AddPoints(10, video.Features(10), 1, video.Click(1))) { }
        foreach (var frame in (int[])[10, 3, 21, 0, 4, 22, 10, 9])
        {
            using var masks = tracker.Track(frame, video.Features(frame));
            Assert.Equal(frame, masks.Frame);
            Assert.All(masks.LowResLogits.ToArray<float>(), logit => Assert.True(float.IsFinite(logit)));
        }
    }

    [Fact]
    public void Prompting_can_clear_the_memory_around_it()
    {
        var clearing = video.WithSettings(config => config with { ClearNonCondMemAroundInput = true });
        byte[] AfterCorrection(Sam2Model model)
        {
            using var tracker = new VideoTracker(model, new TrackerOptions { HistoryFrames = int.MaxValue }, video.Height, video.Width);
            using (tracker.AddPoints(0, video.Features(0), 1, video.Click(1))) { }
            video.Walk(tracker, Enumerable.Range(0, 8), 1);
            using (tracker.AddPoints(7, video.Features(7), 1, video.Click(5))) { }
            return video.Walk(tracker, [8], 1)[0];
        }

        Assert.NotEqual(AfterCorrection(video.Model), AfterCorrection(clearing));
        using var folder = new TemporaryFolder();
        using var tracker = new VideoTracker(clearing, new TrackerOptions { HistoryFrames = int.MaxValue }, video.Height, video.Width);
        using (tracker.AddPoints(0, video.Features(0), 1, video.Click(1))) { }
        video.Walk(tracker, Enumerable.Range(0, 8), 1);
        using (tracker.AddPoints(7, video.Features(7), 1, video.Click(5))) { }
        tracker.BeginPropagation();
        tracker.Save(folder.File("state"));
        using var scope = NewDisposeScope();
        Assert.Equal([0, 7], new SavedState(SafetensorsTensors.Load(folder.File("state"))).Frames(1));
    }

    [Fact]
    public void Where_masks_overlap_the_highest_logit_wins()
    {
        using var tracker = video.Tracker(new TrackerOptions { NonOverlapMasks = true });
        for (var id = 0; id < 3; id++) using (tracker.AddPoints(0, video.Features(0), id, video.Click(id))) { }
        using var masks = tracker.Track(1, video.Features(1));
        using var scope = NewDisposeScope();
        var inside = masks.VideoLogits().gt(0).ToArray<byte>();
        for (var pixel = 0; pixel < video.Height * video.Width; pixel++)
            Assert.True(Enumerable.Range(0, 3).Sum(row => inside[(row * video.Height * video.Width) + pixel]) <= 1);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        foreach (var (options, name) in new (TrackerOptions, string)[]
                 {
                     (new() { HistoryFrames = -1 }, "HistoryFrames is -1"),
                     (new() { FillHoleArea = -1 }, "FillHoleArea is -1"),
                     (new() { FrameCount = 0 }, "FrameCount is 0"),
                     (new() { MemoryDtype = int64 }, "MemoryDtype is Int64"),
                     (new() { MaxCondFrames = 1 }, "max_cond_frames_in_attn is 1"),
                 })
            Assert.Contains(name, Assert.Throws<ArgumentException>(() => video.Tracker(options)).Message, StringComparison.Ordinal);
    }

    private VideoTracker Clicked(TrackerOptions? options = null)
    {
        var tracker = video.Tracker(options);
        using (tracker.AddPoints(0, video.Features(0), 1, video.Click(1))) { }
        return tracker;
    }

    private static void Refused(string reason, Action action) =>
        Assert.Contains(reason, Assert.Throws<TrackerException>(action).Message, StringComparison.Ordinal);

    private static void Refused(string reason, Func<object> action) => Refused(reason, () => { _ = action(); });
}
