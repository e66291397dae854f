using System.CommandLine;
using System.CommandLine.Parsing;
using Sa2VA.Cli.Running;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;
using Sa2VA.Models.Checkpoints;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va run</c>: its options, and how they become a request.</summary>
internal sealed class RunCommand
{
    public const string ModelVariable = "SA2VA_MODEL";

    public const string Examples = """
        sa2va run clip.mp4 "the person in the red shirt" --model models/Sa2VA-4B
        sa2va run clip.mp4 "the dog" "the ball it chases" --model models/Sa2VA-4B --out results
        sa2va run clip.mp4 --ask "What happens here?" --caption --model models/Sa2VA-4B
        sa2va run clip.mp4 --point 320,180 --box cup=40,60,200,220,15 --model models/sam2.1-b+
        sa2va run photo.jpg "the cup on the left" --boxes --model models/Sa2VA-4B
        sa2va run clip.mp4 --point "320,180;-20,20" --frames 0..99 --stride 2 --json
        Stopped or killed? The same command goes on where the last checkpoint was made.
        """;

    private readonly Argument<string> _video = new("VIDEO") { Description = "The video file, a folder of JPEG or PNG frames, or a picture." };
    private readonly Argument<string[]> _expressions = new("EXPRESSION")
    {
        Description = "What to find, in words; each is looked for on its own.", Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string[]> _points = Many("--point", "[NAME=]x,y[,frame]", "A click on an object. Several clicks of one object: separate them with ';', a leading '-' means \"not this\".");
    private readonly Option<string[]> _boxes = Many("--box", "[NAME=]x0,y0,x1,y1[,frame]", "A box around an object.");
    private readonly Option<string[]> _masks = Many("--mask", "[NAME=]FILE[,frame]", "A PNG of the video's size: an object is what is not black; in a palette picture each entry is an object.");
    private readonly AskSyntax _asked = new();
    private readonly Option<string?> _model = new("--model", "-m") { HelpName = "DIR", Description = $"Model folder (Hugging Face layout, or a SAM 2 checkpoint for clicks, boxes and masks). Default: the environment variable {ModelVariable}." };
    private readonly Option<string?> _out = new("--out", "-o") { HelpName = "DIR", Description = "Folder for the results. Default: the video's name with '.sa2va', in the current folder." };
    private readonly Option<string?> _work = new("--work") { HelpName = "DIR", Description = "Folder for journal, checkpoints and mask blocks, by which a run is continued. Default: 'work' in the folder of the results." };
    private readonly Option<string> _device = new("--device", "-d") { HelpName = "NAME", Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
    private readonly Option<string?> _frames = new("--frames") { HelpName = "a..b", Description = "Frames to track, counted from 0, both ends included. Default: all." };
    private readonly Option<int> _stride = new("--stride") { HelpName = "N", Description = "Track every N-th frame.", DefaultValueFactory = _ => 1 };
    private readonly VariantOptions _variant = new();
    private readonly Option<int?> _keyFrames = new("--keyframes") { HelpName = "N", Description = "Frames that the language model sees. Default: 5, for a UniPixel 16." };
    private readonly Option<string?> _reground = RegroundSyntax.Option();
    private readonly Option<bool> _verify = VerifySyntax.Switch();
    private readonly Option<int> _asks = VerifySyntax.Asks();
    private readonly Option<string?> _words = VerifySyntax.Words();
    private readonly Option<int> _threads = new("--threads") { HelpName = "N", Description = "CPU threads. Default: one per core.", DefaultValueFactory = _ => Environment.ProcessorCount };
    private readonly Option<int> _checkpoint = new("--checkpoint-every") { HelpName = "N", Description = "Frames between two checkpoints (there is one every 30 seconds at the latest).", DefaultValueFactory = _ => 64 };
    private readonly Option<bool> _png = new("--png") { Description = "Also write a palette PNG per frame, as DAVIS does." };
    private readonly Option<bool> _noOverlay = new("--no-overlay") { Description = "Do not write overlay.mp4." };
    private readonly Option<bool> _withBoxes = new("--boxes") { Description = "Also tell the boxes around every mask, one for each part of at least 10 pixels." };
    private readonly Option<bool> _json = new("--json") { Description = "Progress and result as JSON, one object a line, on the standard output." };

    public static Command Create()
    {
        var run = new RunCommand();
        var command = new Command("run", "Find what the sentences (or clicks, boxes, masks) mean in a video, and track it through every frame; answer questions about it.")
        {
            run._video, run._expressions, run._points, run._boxes, run._masks, run._asked.Questions, run._asked.Caption, run._model, run._out, run._work, run._device, run._frames, run._stride,
            run._keyFrames, run._reground, run._verify, run._asks, run._words, run._threads, run._checkpoint, run._png, run._noOverlay, run._withBoxes, run._json,
        };
        foreach (var option in run._variant.All) command.Options.Add(option);
        foreach (var positive in (Option[])[run._stride, run._keyFrames, run._threads, run._checkpoint])
        {
            positive.Validators.Add(result =>
            {
                if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var n) && n < 1)
                    result.AddError($"{positive.Name} must be at least 1, not {n}.");
            });
        }

        command.SetAction((parsed, cancellationToken) => RunSession.ExecuteAsync(run.Read(parsed), cancellationToken));
        return command;
    }

    private static Option<string[]> Many(string name, string form, string description) =>
        new(name) { HelpName = form, Description = description, Arity = ArgumentArity.OneOrMore };

    /// <summary>An option that is not one would otherwise be looked for in the video, as a sentence.</summary>
    private static void RefuseMisspelledOptions(ParseResult parsed, IEnumerable<string> words)
    {
        if (!parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash) && words.FirstOrDefault(word => word.StartsWith('-')) is { } word)
        {
            throw new CliException(ExitCodes.Usage,
                $"Unknown option '{word}'; 'sa2va run --help' lists the options. If it is a file or a sentence, put it after '--'.");
        }
    }

    private RunArguments Read(ParseResult parsed)
    {
        var video = Path.TrimEndingDirectorySeparator(parsed.GetRequiredValue(_video));
        RefuseMisspelledOptions(parsed, [video, .. parsed.GetValue(_expressions) ?? []]);
        IReadOnlyList<RunTarget> targets =
        [
            .. PromptSyntax.Targets(parsed.GetValue(_expressions) ?? [], parsed.GetValue(_points) ?? [], parsed.GetValue(_boxes) ?? [], parsed.GetValue(_masks) ?? []),
            .. _asked.Targets(parsed),
        ];
        if (targets.Count == 0)
            throw new CliException(ExitCodes.Usage, "Nothing to find: give at least one sentence, --point, --box, --mask, --ask or --caption. 'sa2va run --help' shows examples.");
        var model = parsed.GetValue(_model) ?? Environment.GetEnvironmentVariable(ModelVariable);
        if (string.IsNullOrEmpty(model))
        {
            throw new CliException(ExitCodes.Usage,
                $"No model: give --model DIR or set {ModelVariable}. A random one for a try: sa2va models init models/tiny");
        }

        var (first, last) = parsed.GetValue(_frames) is { } frames ? PromptSyntax.Frames(frames) : (0, null);
        var output = Path.GetFullPath(parsed.GetValue(_out) ?? VideoFiles.NameOf(video) + ".sa2va");
        var request = new RunRequest
        {
            Video = video,
            ModelFolder = model,
            WorkFolder = Path.GetFullPath(parsed.GetValue(_work) ?? Path.Combine(output, "work")),
            Targets = targets,
            Device = parsed.GetValue(_device)!,
            Variant = _variant.Variant(parsed),
            Protocol = _variant.Protocol(parsed),
            KeyFrames = parsed.GetValue(_keyFrames) ?? GroundingModels.DefaultKeyFrames(model),
            Reground = RegroundSyntax.Parse(parsed.GetValue(_reground)),
            Verify = VerifySyntax.Parse(parsed, _verify, _asks, _words),
            Frames = new FrameSelection(first, last, parsed.GetValue(_stride)),
            Checkpoints = new CheckpointOptions { EveryFrames = parsed.GetValue(_checkpoint) },
        };
        return new RunArguments(request, output, parsed.GetValue(_png), !parsed.GetValue(_noOverlay), parsed.GetValue(_withBoxes), parsed.GetValue(_json), parsed.GetValue(_threads));
    }
}
