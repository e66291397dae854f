using Sa2VA.Tensors;
using Sa2VA.Training.Data;

namespace Sa2VA.Training.Runs;

/// <summary>A training run that is to be begun or gone on with.</summary>
public sealed record TrainingRequest
{
    /// <summary>What is learnt, and how.</summary>
    public required TrainingRecipe Recipe { get; init; }

    /// <summary>Folder of the model to start from: a checkpoint, or configuration alone to start from nothing.</summary>
    public required string Model { get; init; }

    /// <summary>Folder of the run.</summary>
    public required string Folder { get; init; }

    /// <summary>Gives the clips.</summary>
    public required IClipSource Source { get; init; }

    /// <summary>Where to compute. Default the CPU.</summary>
    public Device Device { get; init; } = Device.CPU;

    /// <summary>Updates after which this sitting ends, those of earlier sittings counted in; null for those of the recipe, whose schedule it does not change.</summary>
    public long? StopAfter { get; init; }

    /// <summary>Updates after which this sitting ends.</summary>
    public long End => StopAfter ?? Recipe.Steps;
}

/// <summary>What a run is doing.</summary>
public enum TrainingStage
{
    LearningTokens,
    Loading,
    Training,
    Saving,
}

/// <summary>One moment of a run.</summary>
/// <param name="Stage">What it is doing.</param>
/// <param name="StepsDone">Updates made, those of earlier sittings counted in.</param>
/// <param name="StepsTotal">Updates at the end of this sitting.</param>
/// <param name="ResumedAt">Updates that were made before this sitting.</param>
/// <param name="Report">The last update; null before the first of this sitting.</param>
public sealed record TrainingProgress(TrainingStage Stage, long StepsDone, long StepsTotal, long ResumedAt, StepReport? Report);

/// <summary>How a sitting ended.</summary>
/// <param name="StepsDone">Updates made, those of earlier sittings counted in.</param>
/// <param name="StepsTotal">Updates that were asked for.</param>
/// <param name="ResumedAt">Updates that were made before this sitting.</param>
/// <param name="Last">The last update of this sitting; null when there was none.</param>
public sealed record TrainingOutcome(long StepsDone, long StepsTotal, long ResumedAt, StepReport? Last)
{
    /// <summary>Whether all updates that were asked for are made; else it was stopped and can go on.</summary>
    public bool IsComplete => StepsDone >= StepsTotal;
}
