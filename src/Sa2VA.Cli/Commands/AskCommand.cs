using System.CommandLine;
using Sa2VA.Cli.Chatting;
using Sa2VA.Media;
using Sa2VA.Models.Checkpoints;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va ask</c>: its options, and how they become a session about objects.</summary>
internal sealed class AskCommand
{
    public const string Examples = """
        sa2va ask clip.mp4 --point 1=320,180 --ask "What is [1] doing?" --model models/UniPixel-3B
        sa2va ask clip.mp4 --point 1=320,180,15 --box 2=40,60,200,220 --ask "What is [1] doing to [2]?" --model models/UniPixel-3B --json
        sa2va ask clip.mp4 --model models/UniPixel-3B --out results       # lines: /point 3=50,60, then questions about [3]
        Objects are remembered in the session's folder (--work): the same folder again goes on with them.
        """;

    private const int MostFrames = 64;

    private readonly Argument<string> _video = new("VIDEO") { Description = "The video file, a folder of JPEG or PNG frames, or a picture." };
    private readonly Option<string[]> _points = Many("--point", "N=x,y[,frame]", "A click on the object that questions call [N].");
    private readonly Option<string[]> _boxes = Many("--box", "N=x0,y0,x1,y1[,frame]", "A box around the object that questions call [N].");
    private readonly Option<string[]> _questions = Many("--ask", "TEXT", "Asks this and ends; several are asked one after the other, each for itself. Also '/point', '/box', '/forget' and '/objects'.");
    private readonly Option<string> _start = new("--answer-start") { HelpName = "TEXT", Description = "Words with which every answer begins, for example \"The best option is (\".", DefaultValueFactory = _ => "" };
    private readonly Option<string?> _model = new("--model", "-m") { HelpName = "DIR", Description = $"Folder of a UniPixel. Default: the environment variable {RunCommand.ModelVariable}." };
    private readonly Option<string?> _out = new("--out", "-o") { HelpName = "DIR", Description = "Folder for the files. Default: the video's name with '.sa2va', in the current folder." };
    private readonly Option<string?> _work = new("--work") { HelpName = "DIR", Description = "Folder of the session, by which it goes on. Default: 'objects' in the folder of the files." };
    private readonly Option<string> _device = new("--device", "-d") { HelpName = "NAME", Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
    private readonly Option<int> _keyFrames = new("--keyframes") { HelpName = "N", Description = "Frames that the model sees, of a new session; on them objects can be pointed at and are found.", DefaultValueFactory = _ => 16 };
    private readonly Option<int[]> _keep = new("--keep") { HelpName = "FRAME", Description = "A frame that has to be among them, to point there later; may be repeated.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<int> _threads = new("--threads") { HelpName = "N", Description = "CPU threads. Default: one per core.", DefaultValueFactory = _ => Environment.ProcessorCount };
    private readonly Option<bool> _json = new("--json") { Description = "JSON on the standard output, one object a line." };

    public static Command Create()
    {
        var ask = new AskCommand();
        var command = new Command("ask", "Ask about objects in a video or a picture that you point at; they are found, remembered, and outlined (UniPixel).")
        {
            ask._video, ask._points, ask._boxes, ask._questions, ask._start, ask._model, ask._out, ask._work, ask._device, ask._keyFrames, ask._keep, ask._threads, ask._json,
        };
        command.SetAction((parsed, cancellationToken) => AskLoop.ExecuteAsync(ask.Read(parsed), cancellationToken));
        return command;
    }

    private static Option<string[]> Many(string name, string form, string description) => new(name) { HelpName = form, Description = description, Arity = ArgumentArity.OneOrMore };

    private AskArguments Read(ParseResult parsed)
    {
        var video = Path.TrimEndingDirectorySeparator(parsed.GetRequiredValue(_video));
        var objects = PointedSyntax.All(parsed.GetValue(_points) ?? [], parsed.GetValue(_boxes) ?? []);
        if (parsed.GetValue(_keyFrames) is var frames && frames is < 1 or > MostFrames)
            throw new CliException(ExitCodes.Usage, $"--keyframes must be 1 to {MostFrames}, not {frames}.");
        if (parsed.GetValue(_threads) is var threads && threads < 1)
            throw new CliException(ExitCodes.Usage, $"--threads must be at least 1, not {threads}.");
        var model = parsed.GetValue(_model) ?? Environment.GetEnvironmentVariable(RunCommand.ModelVariable);
        if (string.IsNullOrEmpty(model))
            throw new CliException(ExitCodes.Usage, $"No model: give --model DIR or set {RunCommand.ModelVariable}. A random one for a try: sa2va models init --preset tiny-unipixel models/tiny-unipixel");
        if (!Directory.Exists(model))
            throw new CliException(ExitCodes.Model, $"There is no model folder '{model}'.");
        using (var found = ModelFolder.Open(model))
        {
            if (found.Kind != ModelKind.UniPixel)
                throw new CliException(ExitCodes.Model, $"'{model}' is no UniPixel, and only those remember objects. Give a UniPixel folder; about regions of frames a Sa2VA over InternVL can be asked: sa2va describe.");
        }

        var output = Path.GetFullPath(parsed.GetValue(_out) ?? VideoFiles.NameOf(video) + ".sa2va");
        return new AskArguments
        {
            Video = video,
            Model = model,
            Device = parsed.GetValue(_device)!,
            Objects = objects,
            Questions = parsed.GetValue(_questions) ?? [],
            AnswerStart = parsed.GetValue(_start)!,
            KeyFrames = frames,
            Keep = [.. (parsed.GetValue(_keep) ?? []).Concat(objects.Select(one => one.Frame)).Distinct()],
            OutputFolder = output,
            SessionFolder = Path.GetFullPath(parsed.GetValue(_work) ?? Path.Combine(output, "objects")),
            Threads = threads,
            Json = parsed.GetValue(_json),
        };
    }
}
