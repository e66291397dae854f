using Sa2VA.Cli.Display;
using Sa2VA.Training.Runs;

namespace Sa2VA.Cli.Training;

/// <summary>Plain lines on the error stream, for logs.</summary>
internal sealed class TrainLines(TimeProvider time) : ThrottledTrainDisplay(time, TimeSpan.FromSeconds(10))
{
    protected override void Write(TrainingProgress progress, RateMeter meter) =>
        Console.Error.WriteLine(StepText.Describe(progress, meter) + (progress is { Stage: TrainingStage.Training, Report: { } report } ? ": " + StepText.Losses(report.Losses) : ""));
}
