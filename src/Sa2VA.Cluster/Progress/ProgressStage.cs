using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Progress;

/// <summary>What is going on with a video, for watchers. What is true of it stands in the journal.</summary>
public enum ProgressStage
{
    /// <summary>Its time slice is over, or its node was drained; it goes on when its turn comes.</summary>
    Waiting,

    /// <inheritdoc cref="RunStage.Probing"/>
    Probing,

    /// <inheritdoc cref="RunStage.LoadingModel"/>
    LoadingModel,

    /// <inheritdoc cref="RunStage.Grounding"/>
    Grounding,

    /// <inheritdoc cref="RunStage.Prompting"/>
    Prompting,

    /// <inheritdoc cref="RunStage.Tracking"/>
    Tracking,

    /// <inheritdoc cref="RunStage.Finishing"/>
    Finishing,

    /// <summary>Held back on request.</summary>
    Paused,

    /// <summary>Every frame has its masks.</summary>
    Completed,

    /// <summary>It cannot go on.</summary>
    Failed,

    /// <summary>Stopped for good on request.</summary>
    Cancelled,
}

/// <summary>Stages as they are stored, and as a run calls them.</summary>
public static class ProgressStages
{
    /// <summary>The stored name: <c>loading-model</c>.</summary>
    public static string Name(this ProgressStage stage) => stage == ProgressStage.LoadingModel ? "loading-model" : stage.ToString().ToLowerInvariant();

    /// <summary>The stage of a run in progress.</summary>
    public static ProgressStage Of(RunStage stage) => stage switch
    {
        RunStage.Probing => ProgressStage.Probing,
        RunStage.LoadingModel => ProgressStage.LoadingModel,
        RunStage.Grounding => ProgressStage.Grounding,
        RunStage.Prompting => ProgressStage.Prompting,
        RunStage.Tracking => ProgressStage.Tracking,
        RunStage.Finishing => ProgressStage.Finishing,
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "No such stage."),
    };

    /// <summary>The stage of a stored name; null for one that a newer program wrote.</summary>
    internal static ProgressStage? Parse(string name)
    {
        foreach (var stage in Enum.GetValues<ProgressStage>())
        {
            if (stage.Name() == name) return stage;
        }

        return null;
    }
}
