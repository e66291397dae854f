namespace Sa2VA.Training.Runs;

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
