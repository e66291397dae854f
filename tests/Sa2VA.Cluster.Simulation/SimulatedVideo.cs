namespace Sa2VA.Cluster.Simulation;

/// <summary>A model that costs a fixed time and no processor: what is left is what the cluster itself costs.</summary>
public sealed record SimulatedVideo
{
    /// <summary>Frames of every video.</summary>
    public int Frames { get; init; } = 64;

    /// <summary>Time per frame.</summary>
    public TimeSpan FrameTime { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Time for the questions of a video.</summary>
    public TimeSpan QuestionTime { get; init; } = TimeSpan.Zero;

    /// <summary>Bytes of a tracker's state.</summary>
    public int StateBytes { get; init; } = 4096;
}
