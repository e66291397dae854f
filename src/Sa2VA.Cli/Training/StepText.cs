using System.Globalization;
using System.Text.Json.Nodes;
using Sa2VA.Cli.Display;
using Sa2VA.Training.Runs;

namespace Sa2VA.Cli.Training;

/// <summary>Updates in words.</summary>
internal static class StepText
{
    /// <summary><c>Training 120/7000 updates, 1.85 a second, 1:02:03 left</c></summary>
    public static string Describe(TrainingProgress progress, RateMeter meter)
    {
        if (progress.Stage is not TrainingStage.Training)
            return Stage(progress.Stage);
        var text = string.Create(CultureInfo.InvariantCulture, $"Training {progress.StepsDone}/{progress.StepsTotal} updates");
        if (meter.Rate is { } rate)
            text += rate >= 1 ? string.Create(CultureInfo.InvariantCulture, $", {rate:0.00} a second") : string.Create(CultureInfo.InvariantCulture, $", {1 / rate:0.0} s each");
        if (meter.Left is { } left && progress.StepsDone < progress.StepsTotal)
            text += $", {RateMeter.Clock(left)} left";
        return text;
    }

    /// <summary>What a stage is called.</summary>
    public static string Stage(TrainingStage stage) => stage switch
    {
        TrainingStage.LearningTokens => "Learning words",
        TrainingStage.Loading => "Loading the model",
        TrainingStage.Training => "Training",
        _ => "Saving",
    };

    /// <summary><c>ground/mask 0.034, text 0.21</c></summary>
    public static string Losses(IReadOnlyDictionary<string, double> losses) => string.Join(", ", losses.OrderBy(loss => loss.Key, StringComparer.Ordinal).Select(loss => $"{loss.Key} {Number(loss.Value)}"));

    /// <summary>Three digits are what a person compares.</summary>
    public static string Number(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    /// <summary>Losses as an object; what is not a number is null.</summary>
    public static JsonObject? Json(IReadOnlyDictionary<string, double>? losses) => losses is null ? null
        : new JsonObject(losses.OrderBy(loss => loss.Key, StringComparer.Ordinal).Select(loss => KeyValuePair.Create<string, JsonNode?>(loss.Key, Finite(loss.Value))));

    /// <summary>JSON has no infinities.</summary>
    public static JsonNode? Finite(double value) => double.IsFinite(value) ? value : null;
}
