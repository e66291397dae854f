namespace Sa2VA.Cluster.Client;

/// <summary>A cluster.</summary>
/// <param name="Models">Names of the models that jobs may ask for.</param>
/// <param name="Queues">What waits.</param>
public sealed record ClusterState(IReadOnlyList<string> Models, IReadOnlyList<WorkQueue> Queues)
{
    /// <summary>Its nodes; empty where a gateway does not tell.</summary>
    public IReadOnlyList<ClusterNode> Nodes { get; init; } = [];

    /// <summary>How many videos' work was given up.</summary>
    public long Dead { get; init; }
}

/// <summary>A queue.</summary>
/// <param name="Kind">What a node must be able to do to take from it.</param>
/// <param name="Priority">How urgent its work is.</param>
/// <param name="Waiting">How much waits, without what is in hand.</param>
public sealed record WorkQueue(string Kind, string Priority, long Waiting);

/// <summary>A node, as it told of itself last.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Slots">Videos that it works on at the same time.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="SeenAt">When it last said anything.</param>
/// <param name="IsAlive">It said something of late.</param>
/// <param name="IsDraining">It takes nothing new.</param>
/// <param name="Videos">What it works on.</param>
public sealed record ClusterNode(string Name, int Slots, DateTimeOffset StartedAt, DateTimeOffset SeenAt, bool IsAlive, bool IsDraining, IReadOnlyList<HeldVideo> Videos);

/// <summary>A video that a node works on.</summary>
/// <param name="VideoId">Which.</param>
/// <param name="Since">Since when.</param>
public sealed record HeldVideo(string VideoId, DateTimeOffset Since);

/// <summary>A video that was sent to a gateway.</summary>
/// <param name="Video">How a job names it.</param>
/// <param name="Name">Its file's name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Frames">How many.</param>
/// <param name="Seconds">How long.</param>
public sealed record Upload(string Video, string Name, long Bytes, int Width, int Height, int Frames, double Seconds);

/// <summary>A job whose cost is to be told.</summary>
/// <param name="Model">A model by the name that the cluster gives it.</param>
/// <param name="Videos">Its videos.</param>
public sealed record NewEstimate(string Model, IReadOnlyList<NewVideo> Videos)
{
    /// <summary>What an hour of a GPU costs; null to be told times only.</summary>
    public double? PricePerGpuHour { get; init; }

    /// <summary>Of the price, as people write it: EUR.</summary>
    public string? Currency { get; init; }
}

/// <summary>What a job would take.</summary>
/// <param name="Frames">Frames of all videos that could be looked at.</param>
/// <param name="GpuSeconds">Time on one GPU.</param>
/// <param name="Cost">At the price that was given.</param>
/// <param name="Currency">Of the price.</param>
/// <param name="Basis">What it is reckoned with.</param>
/// <param name="Videos">Each by itself.</param>
/// <param name="Notes">What one should know about it.</param>
public sealed record Estimate(long Frames, double GpuSeconds, double? Cost, string? Currency, EstimateBasis Basis, IReadOnlyList<VideoEstimate> Videos, IReadOnlyList<string> Notes);

/// <summary>What an estimate is reckoned with.</summary>
/// <param name="FramesPerSecond">Of one GPU, on the mean over the videos.</param>
/// <param name="MeasuredVideos">On how many videos of the model something was measured.</param>
/// <param name="IsGuess">It was measured on none.</param>
public sealed record EstimateBasis(double FramesPerSecond, long MeasuredVideos, bool IsGuess);

/// <summary>What one video would take.</summary>
/// <param name="Video">Where it is.</param>
/// <param name="Frames">Frames to track.</param>
/// <param name="GpuSeconds">Time on one GPU.</param>
/// <param name="FramesPerSecond">The pace that it was reckoned with.</param>
/// <param name="MeasuredVideos">On how many videos that was measured.</param>
/// <param name="Basis">What these have in common with it: <c>sizeAndTargets</c>, <c>targets</c>, <c>size</c>, <c>model</c>; <c>guess</c> where there are none.</param>
/// <param name="Error">Why it could not be looked at.</param>
public sealed record VideoEstimate(string Video, long? Frames, double? GpuSeconds, double FramesPerSecond, int MeasuredVideos, string Basis, string? Error);
