namespace Sa2VA.Training.Runs;

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
