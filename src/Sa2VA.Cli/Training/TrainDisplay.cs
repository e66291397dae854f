using Sa2VA.Cli.Display;
using Sa2VA.Training.Runs;

namespace Sa2VA.Cli.Training;

/// <summary>Shows how training goes on while it does, as <see cref="RunDisplay"/> does for runs: on the standard output only JSON and results.</summary>
internal abstract class TrainDisplay(TimeProvider time)
{
    private readonly RateMeter _meter = new(time);

    /// <summary>JSON lines when asked for; curves when a person watches; plain lines otherwise.</summary>
    public static TrainDisplay Create(bool json, LossCurves curves) => json ? new TrainJson(TimeProvider.System)
        : RunDisplay.IsWatched ? new TrainView(TimeProvider.System, curves)
        : new TrainLines(TimeProvider.System);

    /// <summary>Does the work and shows what it reports.</summary>
    public abstract T Show<T>(Func<IProgress<TrainingProgress>, T> work);

    /// <summary>The rate after another report.</summary>
    protected RateMeter Measured(TrainingProgress progress)
    {
        // Loading and saving are not counted as stages: the rate is that of all updates of this sitting.
        if (progress.Stage == TrainingStage.Training)
            _meter.Update(new RunStatus("Training", Clamped(progress.StepsDone), Clamped(progress.StepsTotal), Clamped(progress.ResumedAt)));
        return _meter;
    }

    private static int Clamped(long steps) => (int)Math.Min(steps, int.MaxValue);
}
