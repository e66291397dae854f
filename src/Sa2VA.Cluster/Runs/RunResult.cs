using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Verification;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Runs;

/// <summary>How a sitting ended.</summary>
public enum RunOutcome
{
    /// <summary>Every step has its masks.</summary>
    Completed,

    /// <summary>Stopped on request after a checkpoint; the same request continues it.</summary>
    Interrupted,

    /// <summary>Failed; the frames before the failure are kept.</summary>
    Failed,
}

/// <summary>Why a run cannot go on, by what a person can do about it.</summary>
public enum RunFailureKind
{
    /// <summary>The request contradicts itself or the video: change the arguments.</summary>
    Settings,

    /// <summary>The video cannot be read, or only up to a frame: use another file.</summary>
    Media,

    /// <summary>The model folder does not fit.</summary>
    Model,

    /// <summary>The device is absent or out of memory.</summary>
    Device,

    /// <summary>The work folder cannot be written: full, read-only or damaged.</summary>
    Storage,

    /// <summary>A newer run of the same request has taken over.</summary>
    TakenOver,

    /// <summary>A fault of this program.</summary>
    Internal,
}

/// <summary>Why and where a run failed. <paramref name="Frame"/> is an index in the file, null when no frame is to blame.</summary>
public sealed record RunFailure(RunFailureKind Kind, string Message, int? Frame);

/// <summary>The request is refused, or its run could not start; nothing was tracked.</summary>
public sealed class RunException(RunFailureKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What a person can do about it.</summary>
    public RunFailureKind Kind { get; } = kind;
}

/// <summary>What a sitting left behind. Masks are read from the store, so they are the same after any number of resumes.</summary>
public sealed record RunResult
{
    /// <summary>Identity of the run inside its work folder.</summary>
    public required string VideoId { get; init; }

    /// <summary>How it ended.</summary>
    public required RunOutcome Outcome { get; init; }

    /// <summary>Set when <see cref="Outcome"/> is <see cref="RunOutcome.Failed"/>.</summary>
    public RunFailure? Failure { get; init; }

    /// <summary>The video as probed.</summary>
    public required VideoFacts Video { get; init; }

    /// <summary>Steps whose masks are stored.</summary>
    public required int FramesDone { get; init; }

    /// <summary>Steps of the run.</summary>
    public required int FramesTotal { get; init; }

    /// <summary>First step of this sitting; 0 for a fresh run.</summary>
    public required int ResumedAt { get; init; }

    /// <summary>The frames that were asked for.</summary>
    public required FrameSelection Frames { get; init; }

    /// <summary>Everything tracked or found absent, ordered by <see cref="ObjectResult.ObjectId"/>.</summary>
    public required IReadOnlyList<ObjectResult> Objects { get; init; }

    /// <summary>Where asking the language model again moved a track, in order; steps count tracked frames.</summary>
    public required IReadOnlyList<RegroundNote> Corrections { get; init; }

    /// <summary>What is concluded about sentences, where presence is verified; empty before the run is complete.</summary>
    public required IReadOnlyList<PresenceVerdict> Verdicts { get; init; }

    /// <summary>What the language model said in words.</summary>
    public required VideoSayings Said { get; init; }

    /// <summary>The stored masks.</summary>
    public required StoredMasks Masks { get; init; }
}

/// <summary>One object of a run.</summary>
/// <param name="ObjectId">From 1, by target, then by <c>[SEG]</c> in the answer.</param>
/// <param name="Target">Index into <see cref="RunRequest.Targets"/>.</param>
/// <param name="Label">For the legend.</param>
/// <param name="Answer">What the language model said; null when it was not asked.</param>
/// <param name="Absent">The answer had no <c>[SEG]</c>: every mask is empty.</param>
/// <param name="Chain">SHA-256 chain over the object's mask blocks, 64 lowercase hexadecimal digits.</param>
/// <param name="Failure">Why the language model could not be asked about it; every mask is empty then too.</param>
public sealed record ObjectResult(int ObjectId, int Target, string Label, string? Answer, bool Absent, string Chain, string? Failure = null);
