using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Verification;

namespace Sa2VA.Cluster.Runs;

/// <summary>
/// One video and what to find in it. Two requests that ask for the same work on the same video in the same work
/// folder are the same run: the second continues or repeats the first. Where outputs go is not part of it.
/// </summary>
public sealed record RunRequest
{
    /// <summary>Path of the video file, or of a folder of JPEG or PNG frames.</summary>
    public required string Video { get; init; }

    /// <summary>Model folder in the official Hugging Face layout.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>Folder for the journal, the snapshots and the mask blocks; made when absent.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>What to find: sentences, or points, boxes and masks; and what to say: questions, a caption. At least one of all.</summary>
    public required IReadOnlyList<RunTarget> Targets { get; init; }

    /// <summary>Device by name: <c>cpu</c> (default), <c>cuda:0</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>How the model is used other than as its folder says. Default as it says.</summary>
    public ModelVariant Variant { get; init; } = ModelVariant.Plain;

    /// <summary>How answers become tracks. Default <see cref="GroundingProtocol.Auto"/>.</summary>
    public GroundingProtocol Protocol { get; init; } = GroundingProtocol.Auto;

    /// <summary>Frames shown to the language model. Default 5, 1 to 64.</summary>
    public int KeyFrames { get; init; } = 5;

    /// <summary>Which frames of the file are tracked. Default all.</summary>
    public FrameSelection Frames { get; init; } = FrameSelection.All;

    /// <summary>Tokens that an answer may have. Default 512, as the longest answer that a sentence about masks needs.</summary>
    public int MaxNewTokens { get; init; } = 512;

    /// <summary>When the language model is asked again while tracking; null, the default, for never.</summary>
    public RegroundOptions? Reground { get; init; }

    /// <summary>Whether sentences are asked several times, and presence is concluded from all that is known; null, the default, for not.</summary>
    public VerifyOptions? Verify { get; init; }

    /// <summary>When progress becomes durable.</summary>
    public CheckpointOptions Checkpoints { get; init; } = new();
}

/// <summary>The inference protocols of the published systems.</summary>
public enum GroundingProtocol
{
    /// <summary>Key frames spread over the video, decoded independently; their masks prompt an untouched SAM 2.</summary>
    Sa2vaI,

    /// <summary>The first key frames carry the language prompt themselves; the rest is tracked.</summary>
    Sa2va,

    /// <summary>
    /// What suits the weights: <see cref="Sa2vaI"/> where there are two mask decoders, and also for plain Sa2VA weights, whose one decoder
    /// then does both. Results are filed under what it stands for.
    /// </summary>
    Auto,
}

/// <summary>When a run's progress becomes durable: whichever of the two comes first.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Frames between two checkpoints; fewer means less to redo after a crash. Default 64, 1 to 100,000.</summary>
    public int EveryFrames { get; init; } = 64;

    /// <summary>Longest time between two checkpoints, looked at after each frame. Default 30 s.</summary>
    public TimeSpan EveryTime { get; init; } = TimeSpan.FromSeconds(30);
}
