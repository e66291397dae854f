using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>Measures how long a video stood still whose owner was lost, over all sittings of the next one: until it gets further.</summary>
/// <param name="metrics">Where to.</param>
/// <param name="silence">How long ago its last sign of life was when this was made.</param>
/// <param name="time">The clock.</param>
internal sealed class Failover(ClusterMetrics metrics, TimeSpan silence, TimeProvider time)
{
    private readonly long _begun = time.GetTimestamp();
    private int _isMeasured;

    /// <summary>Listens to a sitting's progress, and passes it on.</summary>
    public IProgress<RunProgress> Watch(IProgress<RunProgress>? inner) => new Listener(this, inner);

    private void Hear(RunProgress value)
    {
        // What it says before is that it opens the file and loads the model again, which the lost one had done too.
        var isFurther = value.Stage == RunStage.Finishing || (value.Stage == RunStage.Tracking && value.FramesDone > value.ResumedAt);
        if (isFurther && Interlocked.Exchange(ref _isMeasured, 1) == 0) metrics.FailedOver(silence + time.GetElapsedTime(_begun));
    }

    private sealed class Listener(Failover failover, IProgress<RunProgress>? inner) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            failover.Hear(value);
            inner?.Report(value);
        }
    }
}
