using Sa2VA.Actors;
using Sa2VA.Models.Sam2;

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

    /// <summary>No more steps in this sitting: makes everything durable and answers with the next step.</summary>
    public sealed record Finish(ReplyTo<int> Reply) : TrackerCommand;
}

/// <summary>Where a tracker starts and how it works.</summary>
internal sealed record TrackerPlan
{
    public required string VideoId { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    public required int Steps { get; init; }

    /// <summary>Masks go through the model's size, as Sa2VA resizes them.</summary>
    public required bool ViaModelSize { get; init; }

    /// <summary>The object score empties masks, as SAM 2 and Sa2VA-i have it; plain Sa2VA does not let it.</summary>
    public required bool BlankAbsentMasks { get; init; }

    /// <summary>The decoder of <see cref="ObjectPrompt.LanguageMask"/>.</summary>
    public required Sam2MaskDecoder KeyFrameDecoder { get; init; }

    /// <summary>Where to go on; step 0 without a file for a fresh start.</summary>
    public required int NextStep { get; init; }

    /// <summary>The snapshot to restore, or null.</summary>
    public required string? Snapshot { get; init; }
}
