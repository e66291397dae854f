using System.CommandLine;
using System.Text.Json.Nodes;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va models</c>: look at a model folder, or write a random one.</summary>
internal static class ModelsCommand
{
    public static string InitExamples => "sa2va models init models/tiny\nsa2va models init --preset 4b --seed 7 /data/random-4b\n\nPresets:\n"
        + string.Join('\n', ModelPreset.All.Select(preset => $"{preset.Name,-16}{preset.Description}"));

    public static Command Create() => new("models", "Look at model folders, or make random ones.") { Inspect(), Init() };

    private static Command Inspect()
    {
        var folder = new Argument<string>("DIR") { Description = "Model folder." };
        var json = new Option<bool>("--json") { Description = "The report as JSON." };
        var command = new Command("inspect", "Say what a model folder is, how large it is, what memory it needs and what is wrong with it.") { folder, json };
        command.SetAction(parsed =>
        {
            var report = ModelInspector.Inspect(parsed.GetRequiredValue(folder));
            Console.Out.WriteLine((parsed.GetValue(json) ? report.ToJson() : report.ToText()).TrimEnd());
            return report.IsUsable ? ExitCodes.Success : ExitCodes.Model;
        });
        return command;
    }

    private static Command Init()
    {
        var preset = new Option<string>("--preset") { HelpName = "NAME", Description = "Which architecture; the list is below.", DefaultValueFactory = _ => "tiny" };
        var folder = new Argument<string>("DIR") { Description = "A folder that is new or empty." };
        var seed = new Option<ulong>("--seed") { HelpName = "N", Description = "The same seed writes the same bytes.", DefaultValueFactory = _ => 0 };
        var dtype = new Option<string>("--dtype") { HelpName = "bf16|f32", Description = "Element type of the weights.", DefaultValueFactory = _ => "bf16" };
        var silent = new Option<bool>("--no-seg") { Description = "Leave the language model's answers random too; otherwise it answers every question with one [SEG]." };
        var json = new Option<bool>("--json") { Description = "The result as JSON." };
        dtype.AcceptOnlyFromAmong("bf16", "f32");
        preset.AcceptOnlyFromAmong([.. ModelPreset.All.Select(p => p.Name)]);
        var command = new Command("init", "Write a randomly initialised checkpoint in the official layout: for tests and measurements, it has learned nothing.")
        {
            folder, preset, seed, dtype, silent, json,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var path = parsed.GetRequiredValue(folder);
            var options = new InitOptions
            {
                Seed = parsed.GetValue(seed),
                Dtype = parsed.GetValue(dtype) == "f32" ? SafetensorsDtype.F32 : SafetensorsDtype.BF16,
                AnswersWithSegmentation = !parsed.GetValue(silent),
            };
            var parameters = ModelInitializer.Write(ModelPreset.Named(parsed.GetValue(preset)!), path, options, cancellationToken);
            Console.Out.WriteLine(parsed.GetValue(json)
                ? new JsonObject { ["type"] = "model", ["path"] = Path.GetFullPath(path), ["parameters"] = parameters }.ToJsonString()
                : $"{Path.GetFullPath(path)}: {parameters:N0} random parameters");
            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }
}
