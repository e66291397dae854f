using System.CommandLine;
using Sa2VA.Cli.Exporting;
using Sa2VA.Cli.Remote;
using Sa2VA.Cluster.Exports;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va export</c>: its options.</summary>
internal sealed class ExportCommand
{
    public const string Examples = """
        sa2va export clip.sa2va --format coco --out coco
        sa2va export clip.sa2va other.sa2va --format davis --out davis
        sa2va export clip.sa2va --format cutouts --video clip.mp4 --out cutouts
        sa2va export --job JOB --server https://sa2va.example.org --format ref-youtube-vos --out submission
        sa2va export --job JOB --settings node.json --format coco --out coco
        Stopped or killed? The same command goes on behind the last whole video.
        """;

    private static readonly Dictionary<string, ExportFormat> Formats = new(StringComparer.Ordinal)
    {
        ["coco"] = ExportFormat.Coco,
        ["ref-youtube-vos"] = ExportFormat.RefYoutubeVos,
        ["mevis"] = ExportFormat.RefYoutubeVos,
        ["davis"] = ExportFormat.Davis,
        ["cvat"] = ExportFormat.Cvat,
        ["csv"] = ExportFormat.Csv,
        ["mask-video"] = ExportFormat.MaskVideo,
        ["overlay"] = ExportFormat.Overlay,
        ["cutouts"] = ExportFormat.Cutouts,
        ["masks"] = ExportFormat.Masks,
    };

    private readonly Argument<string[]> _runs = new("RUN") { Description = "A folder with the results of 'sa2va run', or its masks.json.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _format = new("--format", "-f") { HelpName = "NAME", Description = string.Join(", ", Formats.Keys) + ".", Required = true };
    private readonly Option<string> _out = new("--out", "-o") { HelpName = "DIR", Description = "Folder for the export.", Required = true };
    private readonly Option<string?> _video = new("--video") { HelpName = "FILE", Description = "The video of the one RUN, for overlay and cutouts, when it is not beside the results." };
    private readonly Option<string?> _job = new("--job") { HelpName = "JOB", Description = "Instead of runs: the completed videos of a cluster's job." };
    private readonly Option<string[]> _only = new("--only") { HelpName = "VIDEO", Description = "Only this video of the job, by its id; may be repeated." };
    private readonly Option<string?> _settings = new("--settings", "-s") { HelpName = "FILE", Description = "With --job: read from the cluster's servers, by the settings of any of its nodes. Default: through a gateway." };
    private readonly RemoteOptions _remote = new();

    public static Command Create()
    {
        var export = new ExportCommand();
        var command = new Command("export", "Write masks in the format of another program.")
        {
            export._runs, export._format, export._out, export._video, export._job, export._only, export._settings,
        };
        export._remote.AddTo(command);
        export._format.AcceptOnlyFromAmong([.. Formats.Keys]);
        command.SetAction((parsed, stop) => ExportSession.ExecuteAsync(export.Read(parsed), stop));
        return command;
    }

    private ExportArguments Read(ParseResult parsed)
    {
        IReadOnlyList<string> runs = parsed.GetValue(_runs) ?? [];
        var (job, settings, video) = (parsed.GetValue(_job), parsed.GetValue(_settings), parsed.GetValue(_video));
        IReadOnlyList<string> only = parsed.GetValue(_only) ?? [];
        if (runs.Count > 0 == job is not null)
            throw new CliException(ExitCodes.Usage, "Give either folders of results, or --job. 'sa2va export --help' shows examples.");
        if (job is null && (settings ?? _remote.Server(parsed) ?? _remote.Profile(parsed)) is not null)
            throw new CliException(ExitCodes.Usage, "--settings, --server and --profile say where a --job is; folders of results need none of them.");
        if (settings is not null && (_remote.Server(parsed) ?? _remote.Profile(parsed)) is not null)
            throw new CliException(ExitCodes.Usage, "Give either --settings, for the cluster's servers themselves, or a gateway by --server or --profile.");
        if (video is not null && runs.Count != 1)
            throw new CliException(ExitCodes.Usage, "--video is for one folder of results. Export the others by themselves, or put each video beside its results.");
        if (only.Count > 0 && job is null)
            throw new CliException(ExitCodes.Usage, "--only chooses videos of a --job.");
        return new ExportArguments(
            Formats[parsed.GetRequiredValue(_format)], Path.GetFullPath(parsed.GetRequiredValue(_out)), runs, video, job, only.Count > 0 ? only : null, settings, _remote.Server(parsed), _remote.Profile(parsed), _remote.Json(parsed));
    }
}
