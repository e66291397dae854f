using Sa2VA.Cluster.Jobs;

namespace Sa2VA.Cluster.Postgres;

/// <summary>States as the tables call them.</summary>
internal static class StateName
{
    public static string Of(VideoState state) => state switch
    {
        VideoState.Waiting => "waiting",
        VideoState.Running => "running",
        VideoState.Paused => "paused",
        VideoState.Completed => "completed",
        VideoState.Failed => "failed",
        VideoState.Cancelled => "cancelled",
        VideoState.Dead => "dead",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "There is no such state."),
    };

    public static VideoState Parse(string name) => Enum.GetValues<VideoState>().First(state => Of(state) == name);
}
