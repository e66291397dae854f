using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Remote;

/// <summary>How a job stands at one moment.</summary>
/// <param name="Job">The job.</param>
/// <param name="Running">Videos that are worked on; the first of many.</param>
internal sealed record WatchMoment(Job Job, IReadOnlyList<Video> Running)
{
    /// <summary>Videos that are over, in whatever way.</summary>
    public long Over => Job.Videos - Job.ByState.GetValueOrDefault("waiting") - Job.ByState.GetValueOrDefault("running") - Job.ByState.GetValueOrDefault("paused");

    /// <summary>Frames a second of all that runs.</summary>
    public double Rate => Running.Sum(video => video.Progress.PerSecond);
}
