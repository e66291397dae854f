using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>Counts a video's frames as their masks are written, and passes its progress on.</summary>
/// <param name="metrics">Where they are counted.</param>
/// <param name="inner">Who else wants to know; null for nobody.</param>
public sealed class CountedProgress(ClusterMetrics metrics, IProgress<RunProgress>? inner) : IProgress<RunProgress>
{
    private readonly Lock _gate = new();
    private int? _counted;

    /// <inheritdoc/>
    public void Report(RunProgress value)
    {
        if (value.Stage == RunStage.Tracking) Count(value);
        inner?.Report(value);
    }

    private void Count(RunProgress value)
    {
        int more;
        lock (_gate)
        {
            // What is stored from before this sitting was counted by whoever stored it.
            var counted = _counted ?? value.ResumedAt;
            more = value.FramesDone - counted;
            _counted = Math.Max(counted, value.FramesDone);
        }

        if (more > 0) metrics.FramesDone("write", more);
    }
}
