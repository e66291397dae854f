using System.Globalization;
using System.Text.Json.Nodes;
using Sa2VA.Cli.Running;
using Sa2VA.Cluster.Annotation;

namespace Sa2VA.Cli.Annotating;

/// <summary>Says what became of objects as they are settled, and of the whole at the end: to a person, or in JSON lines to a program.</summary>
internal sealed class AnnotateOutput(bool json) : IProgress<AnnotationNews>
{
    private const int LongestLine = 120;

    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public void Report(AnnotationNews value)
    {
        var (one, name) = (value.Object, AnnotationOutcomes.NameOf(value.Object.Outcome));
        lock (_gate)
        {
            if (json)
            {
                Console.Out.WriteLine(new JsonObject
                {
                    ["type"] = "object", ["video"] = value.Video, ["object"] = one.Plan.Object.Id, ["outcome"] = name, ["expression"] = one.Levels.Video, ["short"] = one.Levels.Short,
                }.ToJsonString());
                return;
            }

            var text = one.Levels.Short ?? one.Levels.Video ?? one.Record.Refusal?.Reason ?? "";
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Video}  {one.Plan.Object.Id,3}  {name}{(text.Length == 0 ? "" : "  " + (text.Length > LongestLine ? text[..LongestLine] + "..." : text))}"));
        }
    }

    /// <summary>The end; returns the exit code.</summary>
    /// <exception cref="Exception">What was wrong with the videos, when nothing could be annotated.</exception>
    public int Write(AnnotationSummary summary)
    {
        var failed = summary.Videos.Where(video => video.Failure is not null).ToList();
        if (failed.Count == summary.Videos.Count) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failed[0].Failure!);
        var code = failed.Count > 0 ? ExitCodes.Incomplete : ExitCodes.Success;
        var objects = summary.Videos.SelectMany(video => video.Objects).ToList();
        var counts = objects.GroupBy(one => one.Outcome).OrderBy(group => group.Key).Select(group => (Name: AnnotationOutcomes.NameOf(group.Key), Count: group.Count())).ToList();
        var kept = objects.Count(one => one.IsKept);
        if (json)
        {
            Console.Out.WriteLine(new JsonObject
            {
                ["type"] = "result", ["outcome"] = code == ExitCodes.Success ? "completed" : "failed", ["exitCode"] = code, ["videos"] = summary.Videos.Count, ["kept"] = kept,
                ["objects"] = new JsonObject(counts.Select(count => KeyValuePair.Create(count.Name, (JsonNode?)count.Count))), ["asked"] = summary.Asked,
                ["failures"] = new JsonArray([.. failed.Select(video => (JsonNode)new JsonObject { ["video"] = video.Name, ["message"] = video.Failure!.Message })]),
                ["files"] = new JsonArray([.. summary.Files.Select(file => (JsonNode)file)]),
            }.ToJsonString());
            return code;
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{summary.Videos.Count} video(s), {objects.Count} object(s), {kept} in the dataset ({string.Join(", ", counts.Select(count => $"{count.Count} {count.Name}"))}); {summary.Asked} question(s) asked"));
        foreach (var file in summary.Files) Console.Out.WriteLine($"  {file}");
        foreach (var video in failed) Console.Error.WriteLine($"sa2va: {video.Name}: {video.Failure!.Message}");
        if (kept == 0) Console.Error.WriteLine("sa2va: no object is in the dataset, so none was written; annotations.json says what became of each");
        return code;
    }

    /// <summary>It was stopped; returns the exit code.</summary>
    public int WriteInterrupted()
    {
        if (json)
        {
            Console.Out.WriteLine(new JsonObject { ["type"] = "result", ["outcome"] = "interrupted", ["exitCode"] = ExitCodes.Interrupted, ["resume"] = RunReport.ResumeCommand() }.ToJsonString());
        }
        else
        {
            Console.Error.WriteLine("sa2va: stopped; what was answered is kept. Go on with:");
            Console.Error.WriteLine("  " + RunReport.ResumeCommand());
        }

        return ExitCodes.Interrupted;
    }
}
