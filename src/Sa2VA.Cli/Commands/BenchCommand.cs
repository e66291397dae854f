using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Sa2VA.Cli.Display;
using Sa2VA.Cli.Output;
using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va bench</c>: writes the procedural benchmark to disk.</summary>
internal sealed class BenchCommand
{
    public const string Examples = """
        sa2va bench ref-shapes --split val --out data/ref-shapes
        sa2va bench ref-shapes --split train --videos 2000 --layout mevis --no-mp4 --out data/ref-shapes
        sa2va bench ref-shapes --split val --layout gcg --out data/ref-shapes-captions
        sa2va bench ref-shapes --sample samples/ref-shapes.mp4
        Stopped or killed? The same command goes on with the first video that is not there.
        """;

    private const string Captions = "gcg";

    private readonly Option<string?> _split = new("--split") { HelpName = "train|val|test|long", Description = "Which videos." };
    private readonly Option<string?> _out = new("--out", "-o") { HelpName = "DIR", Description = "Root of the dataset; each split gets a folder in it. Default: ref-shapes, in the current folder." };
    private readonly Option<ulong> _seed = new("--seed") { HelpName = "N", Description = "Another seed gives other videos; 0 is the published benchmark.", DefaultValueFactory = _ => 0 };
    private readonly Option<int?> _videos = new("--videos") { HelpName = "N", Description = "Only the first N videos; the train split has no end and needs it." };
    private readonly Option<string> _layout = new("--layout") { HelpName = "mevis|ref-youtube-vos|both|gcg", Description = "How sentences and masks are laid out; the frames are the same. gcg writes something else: a still of each video, with a caption.", DefaultValueFactory = _ => "both" };
    private readonly Option<bool> _noMp4 = new("--no-mp4") { Description = "Write the frames only, not a video file of each video too." };
    private readonly Option<string?> _sample = new("--sample") { HelpName = "FILE", Description = "Write the sample clip instead: an MP4, and its truth beside it as JSON." };
    private readonly Option<bool> _json = new("--json") { Description = "Progress and result as JSON, one object a line, on the standard output." };

    public static Command Create() => new("bench", "Write benchmark data.") { RefShapes() };

    private static Command RefShapes()
    {
        var bench = new BenchCommand();
        var command = new Command("ref-shapes", "Write Ref-Shapes: procedural videos, sentences about them, and their exact masks.")
        {
            bench._split, bench._out, bench._seed, bench._videos, bench._layout, bench._noMp4, bench._sample, bench._json,
        };
        bench._split.AcceptOnlyFromAmong([.. Enum.GetValues<RefShapesSplit>().Select(s => s.Name())]);
        bench._layout.AcceptOnlyFromAmong("mevis", "ref-youtube-vos", "both", Captions);
        bench._videos.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var n) && n < 1)
                result.AddError($"{bench._videos.Name} must be at least 1, not {n}.");
        });
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(bench._sample) is { } sample
            ? bench.WriteSampleAsync(parsed, sample, cancellationToken)
            : bench.WriteSplitAsync(parsed, cancellationToken));
        return command;
    }

    private async Task<int> WriteSplitAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = Read(parsed);
        OutputFolder.Prepare(options.Folder);
        var json = parsed.GetValue(_json);
        if (parsed.GetValue(_layout) == Captions) return await WriteCaptionsAsync(options, json, cancellationToken);
        var written = await RunDisplay.Create(json).ShowAsync(display => RefShapesWriter.WriteAsync(options, new FrameProgress(display), cancellationToken));
        Console.Out.WriteLine(json
            ? new JsonObject { ["type"] = "dataset", ["path"] = written.Folder, ["videos"] = written.Videos, ["frames"] = written.Frames, ["expressions"] = written.Expressions }.ToJsonString()
            : $"{written.Folder}: {written.Videos:N0} videos, {written.Frames:N0} frames, {written.Expressions:N0} expressions");
        return ExitCodes.Success;
    }

    private static async Task<int> WriteCaptionsAsync(RefShapesWriteOptions options, bool json, CancellationToken cancellationToken)
    {
        var (images, phrases) = await RunDisplay.Create(json).ShowAsync(display => Task.Run(() => RefShapesCaptions.Write(options, new FrameProgress(display, "images"), cancellationToken), cancellationToken));
        Console.Out.WriteLine(json
            ? new JsonObject { ["type"] = "dataset", ["path"] = options.Folder, ["images"] = images, ["phrases"] = phrases }.ToJsonString()
            : $"{options.Folder}: {images:N0} images, {phrases:N0} phrases");
        return ExitCodes.Success;
    }

    private async Task<int> WriteSampleAsync(ParseResult parsed, string sample, CancellationToken cancellationToken)
    {
        if (((Option[])[_split, _out, _seed, _videos, _layout, _noMp4]).FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } other)
            throw new CliException(ExitCodes.Usage, $"--sample writes one clip that is always the same; it does not go with {other.Name}.");
        if (!sample.EndsWith(".mp4", StringComparison.OrdinalIgnoreCase))
            throw new CliException(ExitCodes.Usage, $"--sample {sample}: name the video, FILE.mp4; its truth is written beside it.");
        await RefShapesSample.WriteAsync(sample, cancellationToken);
        var truth = RefShapesSample.TruthPath(sample);
        Console.Out.WriteLine(parsed.GetValue(_json)
            ? new JsonObject { ["type"] = "sample", ["video"] = Path.GetFullPath(sample), ["truth"] = Path.GetFullPath(truth) }.ToJsonString()
            : $"{sample}, with its truth in {truth}");
        return ExitCodes.Success;
    }

    private RefShapesWriteOptions Read(ParseResult parsed)
    {
        if (parsed.GetValue(_split) is not { } name)
            throw new CliException(ExitCodes.Usage, "Which videos? Give --split train, val, test or long. 'sa2va bench ref-shapes --help' shows examples.");
        var split = Enum.GetValues<RefShapesSplit>().First(s => s.Name() == name);
        var videos = parsed.GetValue(_videos);
        if (split == RefShapesSplit.Train && videos is null)
            throw new CliException(ExitCodes.Usage, "The train split has no end: say how many videos to write with --videos N.");
        if (videos > split.VideoCount())
            throw new CliException(ExitCodes.Usage, $"The {name} split has {split.VideoCount()} videos; --videos {videos} asks for more.");
        return new RefShapesWriteOptions
        {
            Split = split,
            Folder = Path.GetFullPath(parsed.GetValue(_out) ?? "ref-shapes"),
            Seed = parsed.GetValue(_seed),
            Videos = videos,
            Layouts = parsed.GetValue(_layout) switch { "mevis" => RefShapesLayouts.Mevis, "ref-youtube-vos" => RefShapesLayouts.RefYoutubeVos, _ => RefShapesLayouts.Both },
            Mp4 = !parsed.GetValue(_noMp4),
        };
    }

    private sealed class FrameProgress(IProgress<RunStatus> display, string unit = RunStatus.Frames) : IProgress<(int Done, int Total)>
    {
        public void Report((int Done, int Total) value) => display.Report(new RunStatus("Writing", value.Done, value.Total, 0) { Unit = unit });
    }
}
