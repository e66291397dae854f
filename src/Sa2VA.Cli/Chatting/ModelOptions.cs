using System.CommandLine;
using Sa2VA.Cli.Commands;
using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Client;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cli.Chatting;

/// <summary>The options that <c>chat</c>, <c>caption</c> and <c>describe</c> share.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string?> _video = new("--video") { HelpName = "FILE", Description = "The video, or a folder of frames." };
    private readonly Option<string?> _image = new("--image") { HelpName = "FILE", Description = "The picture." };
    private readonly Option<string?> _model = new("--model", "-m") { HelpName = "DIR", Description = $"Model folder; with --server the name of one of the cluster's models. Default: the environment variable {RunCommand.ModelVariable}; of a cluster its only one." };
    private readonly Option<string?> _out = new("--out", "-o") { HelpName = "DIR", Description = "Folder for the files. Default: the name of the video or picture with '.sa2va', in the current folder." };
    private readonly Option<string> _device = new("--device", "-d") { HelpName = "NAME", Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
    private readonly VariantOptions _variant = new();
    private readonly Option<int?> _keyFrames = new("--keyframes") { HelpName = "N", Description = "Frames that the language model sees. Default: 5, for a UniPixel 16." };
    private readonly Option<int> _threads = new("--threads") { HelpName = "N", Description = "CPU threads. Default: one per core.", DefaultValueFactory = _ => Environment.ProcessorCount };
    private readonly Option<int> _tokens = new("--max-tokens") { HelpName = "N", Description = "Longest answer in tokens, at most 8192.", DefaultValueFactory = _ => 2048 };
    private readonly Option<double> _temperature = new("--temperature") { HelpName = "T", Description = "Draws tokens instead of taking the likeliest one: below 1 more likely ones, above 1 less likely ones." };
    private readonly Option<double> _topP = new("--top-p") { HelpName = "P", Description = "Draws from the likeliest tokens only that have this probability together.", DefaultValueFactory = _ => 1 };
    private readonly Option<ulong> _seed = new("--seed") { HelpName = "N", Description = "Decides the draws.", DefaultValueFactory = _ => 0 };
    private readonly Option<bool> _json = new("--json") { Description = "JSON on the standard output, one object a line." };

    public static ModelOptions AddTo(Command command)
    {
        var options = new ModelOptions();
        foreach (var option in (Option[])
            [options._video, options._image, options._model, options._out, options._device, .. options._variant.ForTalking, options._keyFrames, options._threads, options._tokens,
                options._temperature, options._topP, options._seed, options._json])
            command.Options.Add(option);
        Check(options._keyFrames, value => value is >= 1 and <= 64, "1 to 64");
        Check(options._threads, value => value >= 1, "at least 1");
        Check(options._tokens, value => value is >= 1 and <= 8192, "1 to 8192");
        Check(options._temperature, value => value == 0 || value is >= 0.01 and <= 100, "0 (take the likeliest token), or 0.01 to 100");
        Check(options._topP, value => value is > 0 and <= 1, "above 0 and at most 1");
        return options;
    }

    /// <summary>What was asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="needsSource">Whether there must be something to look at.</param>
    public ChatArguments Read(ParseResult parsed, bool needsSource)
    {
        var (video, image) = (parsed.GetValue(_video), parsed.GetValue(_image));
        if (video is not null && image is not null)
            throw new CliException(ExitCodes.Usage, "Give --video or --image, not both.");
        if (video is null && image is null && needsSource)
            throw new CliException(ExitCodes.Usage, "Nothing to look at: give --video FILE or --image FILE.");
        var model = parsed.GetValue(_model) ?? Environment.GetEnvironmentVariable(RunCommand.ModelVariable);
        if (string.IsNullOrEmpty(model))
            throw new CliException(ExitCodes.Usage, $"No model: give --model DIR or set {RunCommand.ModelVariable}. A random one for a try: sa2va models init models/tiny");
        if (!Directory.Exists(model))
            throw new CliException(ExitCodes.Model, $"There is no model folder '{model}'.");
        var source = (video ?? image) is { } path ? Path.TrimEndingDirectorySeparator(path) : null;
        return new ChatArguments
        {
            Model = model,
            Variant = VariantOf(parsed),
            Device = parsed.GetValue(_device)!,
            Request = new ChatRequest
            {
                Source = source,
                KeyFrames = parsed.GetValue(_keyFrames) ?? GroundingModels.DefaultKeyFrames(model),
                Protocol = _variant.Protocol(parsed),
            },
            IsPicture = image is not null,
            OutputFolder = Path.GetFullPath(parsed.GetValue(_out) ?? (source is null ? "chat" : VideoFiles.NameOf(source)) + ".sa2va"),
            Ask = new AskOptions { MaxNewTokens = parsed.GetValue(_tokens), Sampling = SamplingOf(parsed) },
            Json = parsed.GetValue(_json),
            Threads = parsed.GetValue(_threads),
        };
    }

    /// <summary>What is asked of a cluster: its model by the name that it has there.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="source">What it is about, as the cluster names it.</param>
    public (string? Model, Func<string, NewConversation> About) ReadRemote(ParseResult parsed, string? source)
    {
        if (((Option[])[_video, _image, _out, _device, .. _variant.ForTalking, _threads]).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } local)
            throw new CliException(ExitCodes.Usage, $"{local.Name} is for a model in this process. A cluster reads what it is about by the name that its nodes know: --source NAME.");
        return (parsed.GetValue(_model), model => new NewConversation(model)
        {
            Source = source, KeyFrames = parsed.GetValue(_keyFrames) ?? 5, MaxNewTokens = parsed.GetValue(_tokens), Temperature = parsed.GetValue(_temperature),
            TopP = parsed.GetValue(_topP), Seed = parsed.GetValue(_seed),
        });
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    private ModelVariant VariantOf(ParseResult parsed)
    {
        var variant = _variant.Variant(parsed);
        if (variant.Sam2 is { } sam2 && _variant.Protocol(parsed) == GroundingProtocol.Sa2va)
            throw new CliException(ExitCodes.Usage, $"The protocol is sa2va, which works with one mask decoder, and '{sam2}' is named for another one. Leave one of the two out.");
        return variant;
    }

    private SamplingOptions? SamplingOf(ParseResult parsed)
    {
        var (temperature, topP) = (parsed.GetValue(_temperature), parsed.GetValue(_topP));
        return temperature == 0 && topP >= 1 ? null : new SamplingOptions { Temperature = temperature == 0 ? 1 : temperature, TopP = topP, Seed = parsed.GetValue(_seed) };
    }

    private static void Check<T>(Option<T> option, Func<T, bool> fits, string range) => option.Validators.Add(result =>
    {
        // What is no number at all is refused anyway.
        if (result.Tokens.Count == 1 && !result.Errors.Any() && result.GetValueOrDefault<T>() is { } value && !fits(value))
            result.AddError($"{option.Name} must be {range}, not {result.Tokens[0].Value}.");
    });
}
