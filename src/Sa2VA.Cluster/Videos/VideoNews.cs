using System.Globalization;
using System.Reflection;
using System.Text.Json.Serialization;
using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Videos;

/// <summary>What watchers are told of a video's events: the names are the journal's, the detail is for people.</summary>
internal static class VideoNews
{
    private static readonly Dictionary<Type, string> s_names = typeof(VideoEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().ToDictionary(one => one.DerivedType, one => (string)one.TypeDiscriminator!);

    public static JobEvent Of(string videoId, VideoEvent happened) => happened switch
    {
        VideoEvent.VideoClaimed(_, var owner, _) => new JobEvent("video-claimed", happened.At, videoId, owner),
        VideoEvent.VideoProbed(var facts, _) => new JobEvent(
            "video-probed", happened.At, videoId, string.Create(CultureInfo.InvariantCulture, $"{facts.FrameCount} frames of {facts.Width}x{facts.Height}")),
        VideoEvent.PromptResolved(_, var prompt, _) => new JobEvent("prompt-resolved", happened.At, videoId, prompt.Failure ?? prompt.Answer),
        VideoEvent.QuestionAnswered(_, var prompt, _) => new JobEvent("question-answered", happened.At, videoId, prompt.Failure ?? prompt.Caption?.Text ?? prompt.Answer),
        VideoEvent.TrackingCheckpointed(var point, _) => new JobEvent("tracking-checkpointed", happened.At, videoId, point.NextStep.ToString(CultureInfo.InvariantCulture)),
        VideoEvent.PromptAdded(var prompt, _) => new JobEvent("prompt-added", happened.At, videoId, prompt.Id),
        VideoEvent.PassCompleted(_, { } prompt, _) => new JobEvent("prompt-done", happened.At, videoId, prompt),
        VideoEvent.VideoCompleted => new JobEvent(JobEventTypes.VideoCompleted, happened.At, videoId),
        VideoEvent.VideoFailed(var failure, _) => new JobEvent(JobEventTypes.VideoFailed, happened.At, videoId, failure.Message),
        VideoEvent.VideoCancelled(var reason, _) => new JobEvent(JobEventTypes.VideoCancelled, happened.At, videoId, reason),
        VideoEvent.PresenceSaid(_, var prompt, _) => new JobEvent(
            "presence-said", happened.At, videoId, prompt.Failure ?? string.Create(CultureInfo.InvariantCulture, $"yes with {prompt.SaidYes:0.00}")),
        VideoEvent.PresenceChecked(_, var check, _) => new JobEvent("presence-checked", happened.At, videoId, check.Prompt.Failure ?? check.Prompt.Answer),
        VideoEvent.PresenceConcluded(var verdicts, _) => new JobEvent(
            "presence-concluded", happened.At, videoId, string.Join(", ", verdicts.Select(verdict => verdict.Presence.ToString().ToLowerInvariant()))),
        VideoEvent.RegroundAnswered(_, var step, _, _, _) => new JobEvent("reground-answered", happened.At, videoId, step.ToString(CultureInfo.InvariantCulture)),
        VideoEvent.RegroundDone(_, var step, _, var outcomes, _) => new JobEvent(
            "reground-done", happened.At, videoId, string.Create(CultureInfo.InvariantCulture, $"{step}: {string.Join(", ", outcomes.OrderBy(one => one.Key).Select(one => one.Value.ToString().ToLowerInvariant()))}")),
        _ => new JobEvent(s_names[happened.GetType()], happened.At, videoId),
    };
}
