using Sa2VA.Cluster.Gateway.Jobs;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Verification;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Gateway.Videos;

/// <summary>A video and how far it is.</summary>
/// <param name="VideoId">Its id.</param>
/// <param name="JobId">Its job.</param>
/// <param name="Name">The owner's name for it.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Stage">What is being done, as last reported; null before anything was.</param>
/// <param name="Progress">Frames.</param>
/// <param name="Node">Who has it, or had it last.</param>
/// <param name="Attempts">Crashes in a row.</param>
/// <param name="Error">Why it failed, is dead, or was cancelled.</param>
/// <param name="UpdatedAt">When it last got anywhere.</param>
/// <param name="Priority">How urgent.</param>
/// <param name="EtaSeconds">Time that is left at the pace of late; null when it does not run or has no pace.</param>
public sealed record VideoBody(
    string VideoId, string JobId, string? Name, string Source, VideoState State, ProgressStage? Stage, FrameProgress Progress, string? Node, int Attempts, string? Error,
    DateTimeOffset UpdatedAt, WorkPriority Priority, double? EtaSeconds)
{
    internal static VideoBody Of(VideoView view, VideoProgress? progress)
    {
        // What is reported runs ahead of what is recorded, while the video is worked on.
        var live = view.State == VideoState.Running && progress is not null && progress.Epoch >= view.Epoch ? progress : null;
        var (done, total) = (Math.Max(view.FramesDone, live?.FramesDone ?? 0), view.FramesTotal ?? live?.FramesTotal);
        var pace = live is not null ? live.FramesPerSecond : view.WorkSeconds > 0 ? Math.Round(view.FramesDone / view.WorkSeconds, 3) : 0;
        double? left = live is not null && pace > 0 && total is not null ? Math.Round(Math.Max(0, total.Value - done) / pace, 1) : null;
        return new VideoBody(
            view.VideoId, view.JobId, view.Request.Name, view.Request.Source, view.State, live?.Stage, new FrameProgress(done, total, pace), view.Owner, view.Attempts, view.Error,
            view.UpdatedAt, view.Priority, left);
    }
}

/// <summary>What was found in a video.</summary>
/// <param name="VideoId">Which.</param>
/// <param name="Width">Pixels of every mask.</param>
/// <param name="Height">Pixels of every mask.</param>
/// <param name="FramesPerSecond">Rate of the video.</param>
/// <param name="FramesDone">Tracked frames whose masks are stored.</param>
/// <param name="FramesTotal">Frames that are tracked.</param>
/// <param name="IsComplete">No mask will be added or changed.</param>
/// <param name="Objects">Everything tracked or found absent.</param>
/// <param name="Corrections">Where asking the language model again moved a track, in order.</param>
/// <param name="Presence">What is concluded about sentences, with the evidence, where presence is verified.</param>
/// <param name="Questions">The questions that were asked about the video, with what was answered by now.</param>
/// <param name="Caption">The caption, where one was asked for and has been said.</param>
public sealed record FoundBody(
    string VideoId, int Width, int Height, double FramesPerSecond, int FramesDone, int FramesTotal, bool IsComplete, IReadOnlyList<StoredObject> Objects,
    IReadOnlyList<CorrectionBody> Corrections, IReadOnlyList<PresenceVerdict> Presence, IReadOnlyList<SaidAnswer> Questions, SaidCaption? Caption)
{
    internal static FoundBody Of(string id, StoredVideo video) =>
        new(id, video.Facts.Width, video.Facts.Height, video.Facts.FramesPerSecond, video.StepsDone, video.StepsTotal, video.IsComplete, video.Objects,
            [.. video.Corrections.Select(note => new CorrectionBody(video.Frames.FrameOf(note.Step), note.ObjectId, note.Reason, note.Outcome))], video.Verdicts,
            video.Said.Questions, video.Said.Caption);
}

/// <summary>Where asking again moved a track.</summary>
/// <param name="Frame">Number of the frame from which it holds.</param>
/// <param name="Object">Its id.</param>
/// <param name="Reason">Why it was asked.</param>
/// <param name="Outcome">What came of it.</param>
public sealed record CorrectionBody(int Frame, int Object, RegroundReason Reason, RegroundOutcome Outcome);

/// <summary>One frame's masks; a line of the stream.</summary>
/// <param name="Frame">Number of the frame in the file, from 0.</param>
/// <param name="Pts">Presentation timestamp in the stream's time base.</param>
/// <param name="Seconds">Presentation time.</param>
/// <param name="Masks">Of the objects that were asked for.</param>
public sealed record FrameBody(int Frame, long Pts, double Seconds, IReadOnlyList<MaskBody> Masks)
{
    internal static FrameBody Of(StoredStep step, int? only) =>
        new(step.Frame, step.Pts, Math.Round(step.Seconds, 6), [.. step.Masks.Where(mask => only is null || mask.ObjectId == only).Select(MaskBody.Of)]);
}

/// <summary>One object's mask.</summary>
/// <param name="Object">Its id.</param>
/// <param name="Segmentation">COCO's compressed run lengths, as pycocotools takes them.</param>
/// <param name="Area">Set pixels.</param>
/// <param name="Box">left, top, width, height; null when nothing is seen.</param>
/// <param name="ObjectScore">Logit of "the object is in this frame".</param>
/// <param name="PredictedIou">The decoder's own estimate.</param>
public sealed record MaskBody(int Object, RunLengths Segmentation, long Area, IReadOnlyList<int>? Box, float ObjectScore, float PredictedIou)
{
    internal static MaskBody Of(StoredMask mask) => new(
        mask.ObjectId, new RunLengths([mask.Rle.Height, mask.Rle.Width], mask.Rle.Counts), RleCodec.Area(mask.Rle),
        RleGeometry.Box(mask.Rle) is { } box ? [box.X, box.Y, box.Width, box.Height] : null, mask.ObjectScore, mask.PredictedIou);
}

/// <summary>COCO's run lengths.</summary>
/// <param name="Size">Height and width.</param>
/// <param name="Counts">The compressed string.</param>
public sealed record RunLengths(IReadOnlyList<int> Size, string Counts);
