using System.Globalization;
using System.Text.Json.Nodes;
using Sa2VA.Cli.Commands;
using Sa2VA.Cli.Running;
using Sa2VA.Training.Runs;

namespace Sa2VA.Cli.Training;

/// <summary>What is said at the end of a training run, and the exit code.</summary>
internal static class TrainOutput
{
    public static int Write(TrainArguments arguments, TrainingOutcome outcome)
    {
        var code = outcome.IsComplete ? ExitCodes.Success : ExitCodes.Interrupted;
        string[] files = outcome.StepsDone == 0 ? [] :
        [
            TrainingFolder.ModelOf(arguments.OutputFolder), Path.Combine(arguments.OutputFolder, LossLog.FileName), Path.Combine(arguments.OutputFolder, TrainingState.FileName),
        ];
        if (arguments.Json)
            Console.Out.WriteLine(Json(outcome, files, code).ToJsonString());
        else
            WriteText(outcome, files);
        return code;
    }

    private static void WriteText(TrainingOutcome outcome, string[] files)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{outcome.StepsDone} of {outcome.StepsTotal} updates")
            + (outcome.ResumedAt > 0 ? string.Create(CultureInfo.InvariantCulture, $", continued at {outcome.ResumedAt}") : ""));
        if (outcome.Last is { } last)
            Console.Out.WriteLine("  " + StepText.Losses(last.Losses));
        foreach (var file in files)
            Console.Out.WriteLine($"  {file}");
        if (outcome.IsComplete)
            return;
        Console.Error.WriteLine($"sa2va: stopped with {outcome.StepsDone} of {outcome.StepsTotal} updates made. Go on with:");
        Console.Error.WriteLine("  " + RunReport.ResumeCommand());
    }

    private static JsonObject Json(TrainingOutcome outcome, string[] files, int code) => new()
    {
        ["type"] = "result",
        ["outcome"] = outcome.IsComplete ? "completed" : "interrupted",
        ["exitCode"] = code,
        ["stepsDone"] = outcome.StepsDone,
        ["stepsTotal"] = outcome.StepsTotal,
        ["resumedAt"] = outcome.ResumedAt,
        ["losses"] = StepText.Json(outcome.Last?.Losses),
        ["files"] = new JsonArray([.. files.Select(file => (JsonNode)file)]),
        ["resume"] = outcome.IsComplete ? null : RunReport.ResumeCommand(),
    };
}
