using System.CommandLine;
using System.Globalization;
using Sa2VA.Cli.Evaluating;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Verification;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Evaluation.RefShapes;
using Sa2VA.Evaluation.Running;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va eval</c>: its options, and how they become an evaluation.</summary>
internal sealed class EvalCommand
{
    public const string Examples = """
        sa2va eval --dataset ref-shapes:val --model models/sa2va-nano
        sa2va eval --dataset data/mevis --split valid_u --model models/Sa2VA-4B --device cuda:0 --out results
        sa2va eval --dataset data/mevis --split valid_u --predictions somebody/Annotations
        sa2va eval --dataset data/mevis --split valid --model models/Sa2VA-4B --submission mevis-valid
        sa2va eval --dataset data/glamm_data --split val --model models/Sa2VA-4B --device cuda:0 --submission gcg-val
        sa2va eval --truth samples/ref-shapes.json --predictions out/ref-shapes
        Stopped or killed? The same command goes on where the last checkpoint was made.
        """;

    private readonly Option<string?> _dataset = new("--dataset") { HelpName = "DIR", Description = $"The dataset's folder, or '{RefShapesDataset.Scheme}:val', ':test' or ':long' for the built-in benchmark." };
    private readonly Option<string?> _format = new("--format") { HelpName = "NAME", Description = "The dataset's format. Default: recognised from its files." };
    private readonly Option<string[]> _splits = new("--split") { HelpName = "NAME", Description = "A split, as the dataset calls it; may be repeated." };
    private readonly Option<string?> _truth = new("--truth") { HelpName = "FILE", Description = "Instead of a dataset: the truth about a single clip." };
    private readonly Option<string?> _predictions = new("--predictions") { HelpName = "PATH", Description = "Score these instead of running a model: output folders of 'sa2va run' or 'sa2va caption', PNG files as they are submitted, a JSON file of run lengths, or a folder of captions, IMAGE.json." };
    private readonly Option<string> _missing = new("--missing") { HelpName = "error|absent|skip", Description = "What an expression without a prediction is: an error, nothing found, or left out.", DefaultValueFactory = _ => "error" };
    private readonly Option<string?> _model = new("--model", "-m") { HelpName = "DIR", Description = $"Model folder. Default: the environment variable {RunCommand.ModelVariable}." };
    private readonly Option<string> _device = new("--device", "-d") { HelpName = "NAME", Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
    private readonly VariantOptions _variant = new();
    private readonly Option<int> _keyFrames = new("--keyframes", "--key-frames") { HelpName = "N", Description = "Frames that the language model sees.", DefaultValueFactory = _ => 5 };
    private readonly Option<string?> _reground = RegroundSyntax.Option();
    private readonly Option<string?> _submission = new("--submission") { HelpName = "DIR", Description = "Also write the predictions as the servers of MeViS and Ref-YouTube-VOS take them, Annotations/VIDEO/EXPRESSION/FRAME.png, and captions as GLaMM's script does, IMAGE.json. A split whose truth is not published is written and not scored." };
    private readonly Option<bool> _verify = VerifySyntax.Switch();
    private readonly Option<int> _asks = VerifySyntax.Asks();
    private readonly Option<string?> _words = VerifySyntax.Words();
    private readonly Option<string?> _calibrate = new("--calibrate") { HelpName = "FILE", Description = $"With --verify: fit how presence is concluded to this dataset, and write it here; '{PresenceModel.FileName}' in a model folder is used." };
    private readonly Option<int?> _videos = new("--videos") { HelpName = "N", Description = "Only the first N videos, or images with captions, of each split." };
    private readonly Option<int?> _jobs = new("--jobs", "-j") { HelpName = "N", Description = "Videos at a time. Default: 1 with a model (its work takes turns on the device), else one per core." };
    private readonly Option<int> _threads = new("--threads") { HelpName = "N", Description = "CPU threads of the model. Default: one per core.", DefaultValueFactory = _ => Environment.ProcessorCount };
    private readonly Option<string?> _out = new("--out", "-o") { HelpName = "DIR", Description = "Folder for report.html, report.json and the work of the model. Default: the dataset's name with '.eval', in the current folder; none for --truth with --predictions." };
    private readonly Option<bool> _json = new("--json") { Description = "Progress and scores as JSON, one object a line, on the standard output." };

    public static Command Create()
    {
        var eval = new EvalCommand();
        var command = new Command("eval", "Score a model, or somebody's predictions, on a dataset: J, F, cIoU, gIoU, absent accuracy; AP50, mIoU, recall, METEOR, CIDEr of captions.")
        {
            eval._dataset, eval._format, eval._splits, eval._truth, eval._predictions, eval._missing, eval._model, eval._device, eval._keyFrames, eval._reground,
            eval._verify, eval._asks, eval._words, eval._calibrate, eval._submission,
            eval._videos, eval._jobs, eval._threads, eval._out, eval._json,
        };
        foreach (var option in eval._variant.All) command.Options.Add(option);
        eval._missing.AcceptOnlyFromAmong("error", "absent", "skip");
        foreach (var positive in (Option[])[eval._keyFrames, eval._videos, eval._jobs, eval._threads])
        {
            positive.Validators.Add(result =>
            {
                if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) && n < 1)
                    result.AddError($"{positive.Name} must be at least 1, not {n}.");
            });
        }

        command.SetAction((parsed, cancellationToken) => EvalSession.ExecuteAsync(eval.Read(parsed), cancellationToken));
        return command;
    }

    private EvalArguments Read(ParseResult parsed)
    {
        var (dataset, truth, predictions) = (parsed.GetValue(_dataset), parsed.GetValue(_truth), parsed.GetValue(_predictions));
        if (dataset is null == truth is null)
            throw new CliException(ExitCodes.Usage, "Give either --dataset DIR, or --truth FILE for a single clip. 'sa2va eval --help' shows examples.");
        if (predictions is not null && parsed.GetResult(_model) is { Implicit: false })
            throw new CliException(ExitCodes.Usage, "Give either --model DIR to run a model, or --predictions PATH to score what there is, not both.");
        var model = predictions is null ? parsed.GetValue(_model) ?? Environment.GetEnvironmentVariable(RunCommand.ModelVariable) : null;
        if (predictions is null && string.IsNullOrEmpty(model))
            throw new CliException(ExitCodes.Usage, $"Nothing to score: give --model DIR (or set {RunCommand.ModelVariable}), or --predictions PATH.");

        var missing = parsed.GetValue(_missing) switch { "absent" => MissingPredictions.Absent, "skip" => MissingPredictions.Skip, _ => MissingPredictions.Error };
        var calibrate = parsed.GetValue(_calibrate);
        if (calibrate is not null && (model is null || !parsed.GetValue(_verify)))
            throw new CliException(ExitCodes.Usage, "--calibrate fits what --verify concludes about a model's answers: give --verify and --model too.");
        var verify = VerifySyntax.Parse(parsed, _verify, _asks, _words);
        // What is not asked cannot be weighed.
        if (calibrate is not null && verify is { Words: null }) verify = verify with { Words = true };
        IReadOnlyList<string> splits = parsed.GetValue(_splits) ?? [];
        var output = parsed.GetValue(_out) ?? (truth is not null && predictions is not null ? null : EvaluationNames.OutputFolder(dataset ?? truth!, splits));
        output = output is null ? null : Path.GetFullPath(output);
        return new EvalArguments
        {
            Dataset = dataset,
            Format = parsed.GetValue(_format),
            Splits = splits,
            Truth = truth,
            Predictions = predictions,
            Model = model is null ? null : new ModelPredictionOptions
            {
                ModelFolder = model,
                WorkFolder = Path.Combine(output!, "work"),
                Device = parsed.GetValue(_device)!,
                Variant = _variant.Variant(parsed),
                Protocol = _variant.Protocol(parsed),
                KeyFrames = parsed.GetValue(_keyFrames),
                Reground = RegroundSyntax.Parse(parsed.GetValue(_reground)),
                Verify = verify,
                SkipUnreadable = missing != MissingPredictions.Error,
            },
            Options = new EvaluationOptions { Missing = missing, Jobs = parsed.GetValue(_jobs) ?? (model is null ? Environment.ProcessorCount : 1) },
            Videos = parsed.GetValue(_videos),
            OutputFolder = output,
            SubmissionFolder = parsed.GetValue(_submission),
            CalibrationFile = calibrate,
            Json = parsed.GetValue(_json),
            Threads = parsed.GetValue(_threads),
        };
    }
}
