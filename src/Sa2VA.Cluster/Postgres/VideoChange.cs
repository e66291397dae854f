using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Videos;
using static Sa2VA.Cluster.Videos.VideoEvent;

namespace Sa2VA.Cluster.Postgres;

/// <summary>What some events in a row change in the row of their video; null is no change.</summary>
/// <param name="State">Where it stands now.</param>
/// <param name="Owner">Who took it.</param>
/// <param name="FramesDone">Steps that are stored.</param>
/// <param name="FrameCount">Frames in the file.</param>
/// <param name="FramePixels">Pixels of a frame.</param>
/// <param name="Error">Why it stands there; counts only together with a state.</param>
/// <param name="ReusedFrom">The video whose masks were copied.</param>
/// <param name="IsExtended">It was asked for more, so that its masks are not those of its job alone.</param>
/// <param name="IsRequeued">It is to be worked on again, and nobody has it in hand.</param>
internal sealed record VideoChange(
    VideoState? State = null, string? Owner = null, long? FramesDone = null, long? FrameCount = null, long? FramePixels = null, string? Error = null, string? ReusedFrom = null, bool IsExtended = false, bool IsRequeued = false)
{
    public static VideoChange Of(IEnumerable<VideoEvent> events) => events.Aggregate(new VideoChange(), After);

    private static VideoChange After(VideoChange change, VideoEvent happened) => happened switch
    {
        VideoClaimed(_, var owner, _) => change with { State = VideoState.Running, Owner = owner, Error = null },
        VideoProbed(var facts, _) => change with { FrameCount = facts.FrameCount, FramePixels = (long)facts.Width * facts.Height },
        TrackingCheckpointed(var point, _) => change with { FramesDone = point.NextStep },
        VideoReused(var from, _) => change with { ReusedFrom = from },
        PromptAdded => change with { IsExtended = true },
        // What is done of the next pass counts from nothing.
        PassCompleted => change with { FramesDone = 0 },
        VideoRequeued => change with { IsRequeued = true },
        VideoCompleted => change with { State = VideoState.Completed, Error = null },
        VideoFailed(var failure, _) => change with { State = VideoState.Failed, Error = failure.Message },
        VideoCancelled(var reason, _) => change with { State = VideoState.Cancelled, Error = reason },
        _ => change,
    };
}
