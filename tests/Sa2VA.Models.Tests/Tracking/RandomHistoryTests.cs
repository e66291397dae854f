using FsCheck;
using FsCheck.Fluent;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.Tracking;

/// <summary>Any sequence of prompts and steps, sensible or not: what a tracker answers does not depend on being saved and restored in between.</summary>
public sealed class RandomHistoryTests(SmallVideo video) : IClassFixture<SmallVideo>
{
    public sealed record Act(string Kind, int Frame, int Object, bool Flag, bool Restore);

    private static readonly Gen<Act> Acts =
        from kind in Gen.Frequency(
            (5, Gen.Constant("track")), (3, Gen.Constant("points")), (2, Gen.Constant("mask")), (1, Gen.Constant("language")),
            (1, Gen.Constant("remove")), (1, Gen.Constant("reset")))
        from frame in Gen.Choose(0, 9)
        from obj in Gen.Choose(1, 3)
        from flag in Gen.Elements(true, false)
        from restore in Gen.Elements(true, false, false)
        select new Act(kind, frame, obj, flag, restore);

    [Fact]
    public void Being_restored_at_any_moment_changes_no_answer() =>
        Prop.ForAll(
            Gen.Elements(0, 2, int.MaxValue).Zip(Gen.ListOf(Acts, 14)).ToArbitrary(),
            history => AnswersAgree(history.Item1, [.. history.Item2])).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    private bool AnswersAgree(int historyFrames, IReadOnlyList<Act> acts)
    {
        using var folder = new TemporaryFolder();
        var options = new TrackerOptions { HistoryFrames = historyFrames, AddAllFramesToCorrectAsCond = historyFrames == 2, FillHoleArea = 4 };
        using var steady = video.Tracker(options);
        var restored = video.Tracker(options);
        try
        {
            foreach (var act in acts)
            {
                if (act.Restore)
                {
                    restored.Save(folder.File("state"));
                    restored.Dispose();
                    restored = VideoTracker.Restore(folder.File("state"), video.Model);
                }
                if (Perform(steady, act) != Perform(restored, act)) return false;
            }
            return true;
        }
        finally
        {
            restored.Dispose();
        }
    }

    /// <summary>What came of an act: the masks as text, or why it was refused.</summary>
    private string Perform(VideoTracker tracker, Act act)
    {
        using var scope = NewDisposeScope();
        var features = video.Features(act.Frame);
        try
        {
            using var masks = act.Kind switch
            {
                "track" => tracker.Track(act.Frame, features, reverse: act.Flag),
                "points" => tracker.AddPoints(act.Frame, features, act.Object, video.Click(act.Object + act.Frame), clearOldPoints: act.Flag),
                "mask" => tracker.AddMask(act.Frame, features, act.Object, video.Mask(act.Object + act.Frame)),
                "language" => tracker.AddLanguage(act.Frame, features, act.Object, video.Language(act.Object)),
                _ => null,
            };
            if (act.Kind == "remove") tracker.RemoveObject(act.Object);
            if (act.Kind == "reset") tracker.ResetObject(act.Object);
            return masks is null ? $"objects {string.Join(',', tracker.ObjectIds)}" : string.Join(';', masks.ObjectIds.Select(id => $"{id}:{Convert.ToHexString(SmallVideo.Row(masks, id))}"));
        }
        catch (TrackerException refused)
        {
            return refused.Message;
        }
    }
}
