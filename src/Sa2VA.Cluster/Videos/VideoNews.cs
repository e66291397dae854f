using System.Globalization;
using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Videos;

/// <summary>What watchers are told of a video's events: the names are the journal's, the detail is for people.</summary>
internal static class VideoNews
{
    public static JobEvent Of(string videoId, VideoEvent happened) => happened switch
    {
        VideoEvent.VideoSubmitted => new JobEvent("video-submitted", happened.At, videoId),
        VideoEvent.VideoClaimed(_, var owner, _) => new JobEvent("video-claimed", happened.At, videoId, owner),
        VideoEvent.VideoProbed(var facts, _) => new JobEvent(
            "video-probed", happened.At, videoId, string.Create(CultureInfo.InvariantCulture, $"{facts.FrameCount} frames of {facts.Width}x{facts.Height}")),
        VideoEvent.PromptResolved(_, var prompt, _) => new JobEvent("prompt-resolved", happened.At, videoId, prompt.Failure ?? prompt.Answer),
        VideoEvent.TrackingCheckpointed(var point, _) => new JobEvent("tracking-checkpointed", happened.At, videoId, point.NextStep.ToString(CultureInfo.InvariantCulture)),
        VideoEvent.PromptAdded(var prompt, _) => new JobEvent("prompt-added", happened.At, videoId, prompt.Id),
        VideoEvent.CorrectionBegun => new JobEvent("correction-begun", happened.At, videoId),
        VideoEvent.PassCompleted(_, { } prompt, _) => new JobEvent("prompt-done", happened.At, videoId, prompt),
        VideoEvent.PassCompleted => new JobEvent("pass-completed", happened.At, videoId),
        VideoEvent.VideoRequeued => new JobEvent("video-requeued", happened.At, videoId),
        VideoEvent.VideoCompleted => new JobEvent(JobEventTypes.VideoCompleted, happened.At, videoId),
        VideoEvent.VideoFailed(var failure, _) => new JobEvent(JobEventTypes.VideoFailed, happened.At, videoId, failure.Message),
        VideoEvent.VideoCancelled(var reason, _) => new JobEvent(JobEventTypes.VideoCancelled, happened.At, videoId, reason),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "an event without a name"),
    };
}
