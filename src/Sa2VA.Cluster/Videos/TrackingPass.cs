using Sa2VA.Cluster.Grounding;

namespace Sa2VA.Cluster.Videos;

/// <summary>
/// One walk over a video's frames: first with everything that its job asks for, then with each prompt that was added, in their order. Passes know
/// nothing of each other but the stored masks, so that what comes out does not depend on when a prompt came.
/// </summary>
/// <param name="Number">From 0; the added prompt before it has the number in front.</param>
/// <param name="Objects">Whose masks it writes.</param>
/// <param name="FirstStep">Where it begins; masks before stay.</param>
/// <param name="Correction">What is corrected; null for a pass that finds something.</param>
internal sealed record TrackingPass(int Number, IReadOnlyList<PlannedObject> Objects, int FirstStep, ObjectCorrection? Correction)
{
    /// <summary>The next pass of a video whose questions are all answered; null when there is none left.</summary>
    /// <param name="order">What its job asks for.</param>
    /// <param name="video">The video.</param>
    public static TrackingPass? Next(VideoOrder order, Video video)
    {
        var number = video.PassesDone;
        if (number > video.Added.Count) return null;
        var objects = PlannedObject.Of(video.WithAdded(order), video);
        if (number == 0) return new TrackingPass(0, [.. objects.Where(one => one.Target < order.Targets.Count)], 0, Correction: null);
        if (video.Added[number - 1].Correction is { } correction)
            return new TrackingPass(number, [.. objects.Where(one => one.ObjectId == correction.ObjectId)], order.Frames.StepOf(correction.Frame) ?? 0, correction);
        var target = order.Targets.Count + video.Added.Take(number - 1).Count(added => added.Target is not null);
        return new TrackingPass(number, [.. objects.Where(one => one.Target == target)], 0, Correction: null);
    }

    /// <summary>The pass that finds what a target asks for.</summary>
    public static int Of(VideoOrder order, Video video, int target)
    {
        var left = target - order.Targets.Count;
        if (left < 0) return 0;
        for (var i = 0; ; i++)
        {
            if (video.Added[i].Target is not null && left-- == 0) return i + 1;
        }
    }
}
