using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Videos;

/// <summary>What is known of a video; only ever the fold of its events.</summary>
public sealed record Video
{
    /// <summary>A video of which nothing is known.</summary>
    public static Video Unknown { get; } = new();

    /// <summary>What was asked; null before the first event.</summary>
    public VideoOrder? Order { get; init; }

    /// <summary>The epoch that claimed it last.</summary>
    public long Epoch { get; init; }

    /// <summary>What the probe found.</summary>
    public VideoFacts? Facts { get; init; }

    /// <summary>Answers of the language model, by target.</summary>
    public ImmutableSortedDictionary<int, ResolvedPrompt> Prompts { get; init; } = ImmutableSortedDictionary<int, ResolvedPrompt>.Empty;

    /// <summary>Where tracking can go on; null before the first checkpoint.</summary>
    public TrackingPoint? Checkpoint { get; init; }

    /// <summary>The video whose masks were copied for it; null when it was run.</summary>
    public string? ReusedFrom { get; init; }

    /// <summary>How it ended; null while there is something to do.</summary>
    public VideoEnding? Ending { get; init; }

    /// <summary>Nothing more will happen to it.</summary>
    [JsonIgnore]
    public bool IsOver => Ending is not null;

    /// <summary>Whether the language model has been asked about a target, with or without success.</summary>
    public bool HasPrompt(int target) => Prompts.ContainsKey(target);
}

/// <summary>The part of a request that is the video's own: what to find in which frames, and how.</summary>
public sealed record VideoOrder(
    string Path, string Model, string Device, IReadOnlyList<RunTarget> Targets, GroundingProtocol Protocol, int KeyFrames, FrameSelection Frames, int MaxNewTokens);

/// <summary>What the language model made of a sentence.</summary>
/// <param name="Answer">Its text.</param>
/// <param name="Segments">One embedding per <c>[SEG]</c>; none means that the object is absent.</param>
/// <param name="Failure">Why it could not be asked; then there is neither text nor embedding.</param>
public sealed record ResolvedPrompt(string Answer, IReadOnlyList<float[]> Segments, string? Failure = null);

/// <summary>All steps before <paramref name="NextStep"/> are stored, and so is the tracker's state after them, under the name of a file.</summary>
public sealed record TrackingPoint(int NextStep, string SnapshotFile)
{
    /// <summary>The point before a step, with the name that its state has everywhere.</summary>
    public static TrackingPoint At(int nextStep) => new(nextStep, string.Create(CultureInfo.InvariantCulture, $"tracker-{nextStep:D8}.safetensors"));
}

/// <summary>How a video ended.</summary>
[JsonDerivedType(typeof(Completed), "completed")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(Cancelled), "cancelled")]
public abstract record VideoEnding
{
    /// <summary>Every step has its masks.</summary>
    public sealed record Completed(IReadOnlyList<string> Chains) : VideoEnding;

    /// <summary>It cannot go on; a new claim tries again from the last checkpoint.</summary>
    public sealed record Failed(RunFailure Failure) : VideoEnding;

    /// <summary>Somebody decided so.</summary>
    public sealed record Cancelled(string Reason) : VideoEnding;
}
