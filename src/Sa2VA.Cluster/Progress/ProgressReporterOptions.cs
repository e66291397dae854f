namespace Sa2VA.Cluster.Progress;

/// <summary>How often progress is written.</summary>
public sealed record ProgressReporterOptions
{
    /// <summary>Most reports written in a second, of all videos together. Default 20; at least 1.</summary>
    public int WritesPerSecond { get; init; } = 20;

    /// <summary>Most videos whose report waits; beyond it the one that waits longest is dropped, as its video will report again. Default 1024; at least 1.</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>How long closing waits for what is not written yet. Default 5 s.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);
}
