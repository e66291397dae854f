namespace Sa2VA.Cluster.Telemetry;

/// <summary>Measures the stages of a video's work. The embedded mode has nothing to measure for, and then it costs nothing.</summary>
/// <param name="metrics">Where to; null for nowhere.</param>
/// <param name="time">The clock.</param>
internal sealed class StageMeter(ClusterMetrics? metrics, TimeProvider time)
{
    /// <summary>Measures nothing.</summary>
    public static StageMeter None { get; } = new(metrics: null, TimeProvider.System);

    /// <summary>A point in time, for the other members.</summary>
    public long Now => metrics is null ? 0 : time.GetTimestamp();

    /// <summary>A stage is done with a frame that it began at <paramref name="began"/>.</summary>
    public void FrameDone(WorkStage stage, long began) => metrics?.FrameDone(stage, time.GetElapsedTime(began));

    /// <inheritdoc cref="ClusterMetrics.BatchDone"/>
    public void BatchDone(WorkStage stage, int size) => metrics?.BatchDone(stage, size);

    /// <summary>A checkpoint that was begun at <paramref name="began"/> is in the journal.</summary>
    public void CheckpointDone(long began, long bytes) => metrics?.CheckpointDone(time.GetElapsedTime(began), bytes);
}
