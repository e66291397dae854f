using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Videos;
using static Sa2VA.Cluster.Videos.VideoEvent;

namespace Sa2VA.Cluster.Postgres;

/// <summary>What some events in a row change in the row of their video; null is no change.</summary>
/// <param name="State">Where it stands now.</param>
/// <param name="Owner">Who took it.</param>
/// <param name="FramesDone">Steps that are stored.</param>
/// <param name="FrameCount">Frames in the file.</param>
/// <param name="Error">Why it stands there; counts only together with a state.</param>
/// <param name="ReusedFrom">The video whose masks were copied.</param>
internal sealed record VideoChange(
    VideoState? State = null, string? Owner = null, long? FramesDone = null, long? FrameCount = null, string? Error = null, string? ReusedFrom = null)
{
    public static VideoChange Of(IEnumerable<VideoEvent> events) => events.Aggregate(new VideoChange(), After);

    private static VideoChange After(VideoChange change, VideoEvent happened) => happened switch
    {
        VideoClaimed(_, var owner, _) => change with { State = VideoState.Running, Owner = owner, Error = null },
        VideoProbed(var facts, _) => change with { FrameCount = facts.FrameCount },
        TrackingCheckpointed(var point, _) => change with { FramesDone = point.NextStep },
        VideoReused(var from, _) => change with { ReusedFrom = from },
        VideoCompleted => change with { State = VideoState.Completed, Error = null },
        VideoFailed(var failure, _) => change with { State = VideoState.Failed, Error = failure.Message },
        VideoCancelled(var reason, _) => change with { State = VideoState.Cancelled, Error = reason },
        _ => change,
    };
}
