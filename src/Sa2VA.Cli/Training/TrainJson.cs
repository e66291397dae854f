using System.Text.Json.Nodes;
using Sa2VA.Cli.Display;
using Sa2VA.Training.Runs;

namespace Sa2VA.Cli.Training;

/// <summary>One JSON object a line on the standard output, for programs.</summary>
internal sealed class TrainJson(TimeProvider time) : ThrottledTrainDisplay(time, TimeSpan.FromSeconds(1))
{
    protected override void Write(TrainingProgress progress, RateMeter meter) => Console.Out.WriteLine(new JsonObject
    {
        ["type"] = "progress",
        ["stage"] = StepText.Stage(progress.Stage),
        ["stepsDone"] = progress.StepsDone,
        ["stepsTotal"] = progress.StepsTotal,
        ["stepsPerSecond"] = meter.Rate is { } rate ? Math.Round(rate, 4) : null,
        ["secondsLeft"] = meter.Left is { } left ? Math.Round(left.TotalSeconds, 1) : null,
        ["learningRate"] = progress.Report?.LearningRate,
        ["gradientNorm"] = progress.Report is { } report ? StepText.Finite(report.GradientNorm) : null,
        ["losses"] = StepText.Json(progress.Report?.Losses),
    }.ToJsonString());
}
