using System.CommandLine;
using System.Globalization;
using Sa2VA.Cli.Training;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va train</c>: its options, and how they become a training run.</summary>
internal sealed class TrainCommand
{
    public const string Examples = """
        sa2va train models/sa2va-nano/training/recipe.json --out out/nano
        sa2va train fine-tune.json --model models/Sa2VA-4B --data data/mevis --split train --device cuda:0 --out out/tuned
        sa2va train recipe.json --out out/try --steps 200 --plot text --plot ground/mask
        Stopped or killed? The same command goes on where the last checkpoint was made.
        """;

    private readonly Argument<string> _recipe = new("RECIPE") { Description = "What to learn and how, as JSON; docs/training.md lists the settings." };
    private readonly Option<string> _out = new("--out", "-o") { HelpName = "DIR", Description = "Folder of the run: the model so far, its losses, and what it goes on from.", Required = true };
    private readonly Option<string?> _model = new("--model", "-m") { HelpName = "DIR", Description = "The model to start from; one without weights starts from nothing. Default: the folder of the recipe." };
    private readonly Option<string> _data = new("--data", "--dataset") { HelpName = "DIR", Description = "A dataset's folder, or 'ref-shapes:train' for the built-in, endless benchmark.", DefaultValueFactory = _ => ClipSourceChoice.Default };
    private readonly Option<string?> _format = new("--format") { HelpName = "NAME", Description = "The dataset's format. Default: recognised from its files." };
    private readonly Option<string?> _split = new("--split") { HelpName = "NAME", Description = "The split, as the dataset calls it." };
    private readonly Option<string> _device = new("--device", "-d") { HelpName = "NAME", Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
    private readonly Option<long?> _steps = new("--steps") { HelpName = "N", Description = "Stop after N updates, those before this command counted in. The learning rate follows the recipe all the same." };
    private readonly Option<string[]> _plots = new("--plot") { HelpName = "LOSS", Description = "A column of losses.csv to draw; may be repeated." };
    private readonly Option<bool> _json = new("--json") { Description = "Progress and results as JSON, one object a line, on the standard output." };

    public static Command Create()
    {
        var train = new TrainCommand();
        var command = new Command("train", "Train a model from nothing, or fine-tune one.")
        {
            train._recipe, train._out, train._model, train._data, train._format, train._split, train._device, train._steps, train._plots, train._json,
        };
        train._steps.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && long.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) && n < 1)
                result.AddError($"--steps must be at least 1, not {n}.");
        });
        command.SetAction((parsed, cancellationToken) => Task.Run(() => TrainSession.Execute(train.Read(parsed), cancellationToken), CancellationToken.None));
        return command;
    }

    private TrainArguments Read(ParseResult parsed)
    {
        var recipe = parsed.GetRequiredValue(_recipe);
        return new TrainArguments
        {
            Recipe = recipe,
            Model = parsed.GetValue(_model) ?? Path.GetDirectoryName(Path.GetFullPath(recipe))!,
            OutputFolder = Path.GetFullPath(parsed.GetRequiredValue(_out)),
            Dataset = parsed.GetValue(_data)!,
            Format = parsed.GetValue(_format),
            Split = parsed.GetValue(_split),
            Device = parsed.GetValue(_device)!,
            Steps = parsed.GetValue(_steps),
            Plots = parsed.GetValue(_plots) ?? [],
            Json = parsed.GetValue(_json),
        };
    }
}
