using System.CommandLine;
using System.Globalization;
using Sa2VA.Cli.Annotating;
using Sa2VA.Cluster.Annotation;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va annotate</c>: its options.</summary>
internal sealed class AnnotateCommand
{
    public const string Examples = """
        sa2va annotate clip.sa2va --model models/Sa2VA-4B --out data/clip
        sa2va annotate runs --endpoint https://api.example.org/v1 --endpoint-model NAME --jobs 8 --out data/ours
        sa2va annotate --video clip.mp4 --masks masks --model models/Sa2VA-4B --short --out data/clip
        sa2va annotate sav_train/sav_000 --endpoint http://127.0.0.1:8000/v1 --endpoint-model NAME --out data/ref-sav
        sa2va annotate --dataset data/mevis --dataset-split train --model models/Sa2VA-4B --out data/mevis-long
        Stopped or killed? The same command goes on, and asks nothing again that was answered.
        """;

    private static readonly AnnotationRules Usual = new();

    private readonly Argument<string[]> _sources = new("SOURCE") { Description = "A folder with the results of 'sa2va run', a folder of such folders, a folder of SA-V, or one as DAVIS is unpacked.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _video = new("--video") { HelpName = "FILE", Description = "The video of --masks, or of the one SOURCE when it is not beside the results." };
    private readonly Option<string?> _masks = new("--masks") { HelpName = "DIR", Description = "Instead of sources: palette pictures (DAVIS), one for each frame of --video, in which a pixel is the number of its object." };
    private readonly Option<string?> _dataset = new("--dataset") { HelpName = "DIR", Description = "Instead of sources: the objects of a dataset that 'sa2va eval' reads." };
    private readonly Option<string?> _format = new("--format") { HelpName = "NAME", Description = "The dataset's format. Default: recognised from its files." };
    private readonly Option<string?> _datasetSplit = new("--dataset-split") { HelpName = "NAME", Description = "The dataset's split, when there are several." };
    private readonly Option<string?> _model = new("--model", "-m") { HelpName = "DIR", Description = $"Model folder that describes. Default: the environment variable {RunCommand.ModelVariable}, unless there is --endpoint." };
    private readonly Option<string> _device = new("--device", "-d") { HelpName = "NAME", Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
    private readonly Option<int> _threads = new("--threads") { HelpName = "N", Description = "CPU threads of the model. Default: one per core.", DefaultValueFactory = _ => Environment.ProcessorCount };
    private readonly EndpointSyntax _endpoint = new();
    private readonly Option<string> _out = new("--out", "-o") { HelpName = "DIR", Description = "Folder for the dataset.", Required = true };
    private readonly Option<string> _split = new("--split") { HelpName = "NAME", Description = "What the split is called in what is written.", DefaultValueFactory = _ => "train" };
    private readonly Option<int?> _jobs = new("--jobs", "-j") { HelpName = "N", Description = "Questions at a time, 1 to 64. Default: 4 with a server, 1 with a model folder." };
    private readonly Option<int> _frames = Number("--frames", "Frames that the video level is shown.", Usual.Frames, 1, 32);
    private readonly Option<int> _attempts = Number("--attempts", "How often an object is described, each time from another frame, until both descriptions agree.", Usual.Attempts, 1, 5);
    private readonly Option<string> _conflicts = new("--conflicts") { HelpName = "drop|keep", Description = "What happens to objects whose descriptions never agree.", DefaultValueFactory = _ => "drop" };
    private readonly Option<bool> _short = new("--short") { Description = "A short expression for each object too." };
    private readonly Option<int> _maxObjects = Number("--max-objects", "Most objects of a video; the largest are taken.", Usual.MaxObjects, 1, 1000);
    private readonly Option<int> _minPixels = Number("--min-pixels", "Objects that are smaller on every frame are left out.", Usual.MinPixels, 1, int.MaxValue);
    private readonly Option<int> _maxLength = Number("--max-length", "Most characters of a description.", Usual.MaxLength, 100, 8000);
    private readonly Option<int> _maxTokens = Number("--max-tokens", "Longest answer of the model in tokens.", Usual.MaxTokens, 16, 8192);
    private readonly Option<int> _maxSide = Number("--max-side", "Most pixels of the longer side of what is shown.", Usual.MaxSide, 224, 4096);
    private readonly Option<bool> _skipRefused = new("--skip-refused") { Description = "Leave out an object about which a question is refused, instead of stopping there." };
    private readonly Option<bool> _noFrames = new("--no-frames") { Description = "Write no frames: only expressions and masks." };
    private readonly Option<bool> _keepPictures = new("--keep-pictures") { Description = "Keep every picture that was shown, in pictures/." };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line on the standard output, for programs." };

    public static Command Create()
    {
        var annotate = new AnnotateCommand();
        var command = new Command("annotate", "Describe the objects behind masks, and write a dataset of it (the pipeline of Ref-SAV).")
        {
            annotate._sources, annotate._video, annotate._masks, annotate._dataset, annotate._format, annotate._datasetSplit, annotate._model, annotate._device, annotate._threads,
        };
        annotate._endpoint.AddTo(command);
        foreach (var option in (Option[])
            [annotate._out, annotate._split, annotate._jobs, annotate._frames, annotate._attempts, annotate._conflicts, annotate._short, annotate._maxObjects, annotate._minPixels,
                annotate._maxLength, annotate._maxTokens, annotate._maxSide, annotate._skipRefused, annotate._noFrames, annotate._keepPictures, annotate._json])
            command.Options.Add(option);
        annotate._conflicts.AcceptOnlyFromAmong("drop", "keep");
        Check(annotate._threads, value => value >= 1, "at least 1");
        Check(annotate._jobs, value => value is null or (>= 1 and <= 64), "1 to 64");
        command.SetAction((parsed, stop) => AnnotateSession.ExecuteAsync(annotate.Read(parsed), stop));
        return command;
    }

    private AnnotateArguments Read(ParseResult parsed)
    {
        IReadOnlyList<string> sources = parsed.GetValue(_sources) ?? [];
        var (video, masks, dataset) = (parsed.GetValue(_video), parsed.GetValue(_masks), parsed.GetValue(_dataset));
        if ((sources.Count > 0 ? 1 : 0) + (masks is null ? 0 : 1) + (dataset is null ? 0 : 1) != 1)
            throw new CliException(ExitCodes.Usage, "Give folders of results, or --masks with --video, or --dataset: one of them. 'sa2va annotate --help' shows examples.");
        if (masks is not null && video is null)
            throw new CliException(ExitCodes.Usage, "Whose masks are they? Give --video FILE too.");
        if (video is not null && masks is null && sources.Count != 1)
            throw new CliException(ExitCodes.Usage, "--video is for --masks, or for one folder of results. Put each video beside its results.");
        if (dataset is null && (parsed.GetValue(_format) ?? parsed.GetValue(_datasetSplit)) is not null)
            throw new CliException(ExitCodes.Usage, "--format and --dataset-split say how a --dataset is read.");
        var (endpoint, check) = _endpoint.Read(parsed);
        if (endpoint is not null && parsed.GetResult(_model) is { Implicit: false })
            throw new CliException(ExitCodes.Usage, "Give either --model DIR or --endpoint URL: one of them describes.");
        var model = endpoint is null ? parsed.GetValue(_model) ?? Environment.GetEnvironmentVariable(RunCommand.ModelVariable) : null;
        if (endpoint is null && string.IsNullOrEmpty(model))
            throw new CliException(ExitCodes.Usage, $"Who describes? Give --model DIR (or set {RunCommand.ModelVariable}), or --endpoint URL.");
        if (model is not null && !Directory.Exists(model))
            throw new CliException(ExitCodes.Model, $"There is no model folder '{model}'.");
        return new AnnotateArguments
        {
            Sources = sources,
            Video = video,
            Masks = masks,
            Dataset = dataset,
            Format = parsed.GetValue(_format),
            DatasetSplit = parsed.GetValue(_datasetSplit),
            Model = model,
            Device = parsed.GetValue(_device)!,
            Threads = parsed.GetValue(_threads),
            Endpoint = endpoint,
            Check = check,
            OutputFolder = Path.GetFullPath(parsed.GetRequiredValue(_out)),
            Split = parsed.GetRequiredValue(_split),
            Rules = new AnnotationRules
            {
                Frames = parsed.GetValue(_frames),
                Attempts = parsed.GetValue(_attempts),
                Conflicts = parsed.GetValue(_conflicts) == "keep" ? ConflictRule.Keep : ConflictRule.Drop,
                Short = parsed.GetValue(_short),
                MaxObjects = parsed.GetValue(_maxObjects),
                MinPixels = parsed.GetValue(_minPixels),
                MaxLength = parsed.GetValue(_maxLength),
                MaxTokens = parsed.GetValue(_maxTokens),
                MaxSide = parsed.GetValue(_maxSide),
                SkipRefused = parsed.GetValue(_skipRefused),
            },
            Jobs = parsed.GetValue(_jobs) ?? (endpoint is null ? 1 : 4),
            WriteFrames = !parsed.GetValue(_noFrames),
            KeepPictures = parsed.GetValue(_keepPictures),
            Json = parsed.GetValue(_json),
        };
    }

    private static Option<int> Number(string name, string description, int usual, int least, int most)
    {
        var option = new Option<int>(name) { HelpName = "N", Description = description, DefaultValueFactory = _ => usual };
        Check(option, value => value >= least && value <= most, most == int.MaxValue ? $"at least {least}" : string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"));
        return option;
    }

    private static void Check<T>(Option<T> option, Func<T?, bool> fits, string range) => option.Validators.Add(result =>
    {
        // What is no number at all is refused anyway.
        if (result.Tokens.Count == 1 && !result.Errors.Any() && !fits(result.GetValueOrDefault<T>()))
            result.AddError($"{option.Name} must be {range}, not {result.Tokens[0].Value}.");
    });
}
