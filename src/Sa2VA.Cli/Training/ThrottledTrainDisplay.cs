using Sa2VA.Cli.Display;
using Sa2VA.Training.Runs;

namespace Sa2VA.Cli.Training;

/// <summary>A display of lines: one for each stage, for the first and the last update, and one now and then in between.</summary>
internal abstract class ThrottledTrainDisplay(TimeProvider time, TimeSpan every) : TrainDisplay(time)
{
    private readonly TimeProvider _time = time;
    private TrainingStage? _stage;
    private long _written;

    public override T Show<T>(Func<IProgress<TrainingProgress>, T> work) => work(new Reporter(this));

    protected abstract void Write(TrainingProgress progress, RateMeter meter);

    private void OnProgress(TrainingProgress progress)
    {
        var meter = Measured(progress);
        if (progress.Stage == _stage && progress.StepsDone < progress.StepsTotal && _time.GetElapsedTime(_written) < every)
            return;
        (_stage, _written) = (progress.Stage, _time.GetTimestamp());
        Write(progress, meter);
    }

    // Progress<T> would hand reports to the thread pool, out of order.
    private sealed class Reporter(ThrottledTrainDisplay display) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => display.OnProgress(value);
    }
}
