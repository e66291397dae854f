using Sa2VA.Actors;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;
using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;

namespace Sa2VA.Cluster.Tracking;

/// <summary>What the tracker of a video understands. Features that a message carries are its own until it is handled.</summary>
internal abstract record TrackerCommand
{
    /// <summary>Shows objects on one step, before tracking.</summary>
    public sealed record Prompt(int Step, ImageFeatures Features, IReadOnlyList<ObjectPrompt> Prompts) : TrackerCommand, IDisposable
    {
        public void Dispose() => Features.Dispose();
    }

    /// <summary>All prompts are given; answers with the steps whose masks are known, so that they need not be encoded.</summary>
    public sealed record Begin(ReplyTo<IReadOnlySet<int>> Reply) : TrackerCommand;

    /// <summary>Tracks one step; steps come in order. No features where they are not needed.</summary>
    public sealed record Track(StepFrame At, ImageFeatures? Features) : TrackerCommand, IDisposable
    {
        public void Dispose() => Features?.Dispose();
    }

    /// <summary>Steps follow. <paramref name="Halt"/> is called before one where the language model is to be asked again; it and those behind it are not tracked, and come again later.</summary>
    public sealed record Walk(Action Halt) : TrackerCommand;

    /// <summary>The later answers were shown: tracking goes on with what came of them.</summary>
    public sealed record EndReground(ReplyTo<RegroundVerdict> Reply) : TrackerCommand;

    /// <summary>No more steps for now: makes everything durable that there is a use for, and says where it stopped.</summary>
    public sealed record Finish(bool IsBroken, ReplyTo<TrackingStop> Reply) : TrackerCommand;

    /// <summary>After <see cref="Finish"/>: gives the tracker away to <paramref name="Keep"/>, where there is a checkpoint to go on from. Nothing can be tracked then.</summary>
    public sealed record Part(Action<VideoTracker, TrackingPoint> Keep, ReplyTo<bool> Reply) : TrackerCommand;
}

/// <summary>Where tracking stopped, and why, when it was to ask the language model again.</summary>
internal readonly record struct TrackingStop(int NextStep, RegroundReason? Halted = null);

/// <summary>What came of later answers, by object, and the steps whose masks are then known.</summary>
internal sealed record RegroundVerdict(IReadOnlyDictionary<int, RegroundOutcome> Outcomes, IReadOnlySet<int> Known);

/// <summary>Where a tracker starts and how it works.</summary>
internal sealed record TrackerPlan
{
    public required string VideoId { get; init; }

    /// <summary>Under which its states are stored.</summary>
    public required long Epoch { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    public required int Steps { get; init; }

    /// <summary>How sentences reach the tracker; null where none does, and masks are made as SAM 2 makes them.</summary>
    public required IGroundingProtocol? Protocol { get; init; }

    /// <summary>The decoder of sentences where it is not the tracker's own.</summary>
    public required Sam2MaskDecoder? LanguageDecoder { get; init; }

    /// <inheritdoc cref="ModelVariant.SelfFeedback"/>
    public bool SelfFeedback { get; init; }

    /// <summary>Where to go on; step 0 without a file for a fresh start.</summary>
    public required int NextStep { get; init; }

    /// <summary>The pass that it is for, from 0; names its states.</summary>
    public int Pass { get; init; }

    /// <summary>File of the state to restore, there until the tracker has ended; null for none.</summary>
    public required string? Snapshot { get; init; }

    /// <summary>Says when the language model is asked again; null for never.</summary>
    public RegroundWatch? Watch { get; init; }

    /// <summary>The tracker of the sitting before, to be taken out; null for none, and then the snapshot counts.</summary>
    public WarmVideo? Warm { get; init; }
}
