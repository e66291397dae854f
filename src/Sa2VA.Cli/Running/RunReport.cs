using System.Globalization;
using System.Text.Json.Nodes;
using Sa2VA.Cli.Commands;
using Sa2VA.Cli.Output;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Verification;

namespace Sa2VA.Cli.Running;

/// <summary>What is said at the end of a run, and the exit code.</summary>
internal static class RunReport
{
    public static int Write(RunArguments arguments, RunResult result, OutputFiles? files, bool filesStopped)
    {
        var code = result switch
        {
            { Outcome: RunOutcome.Interrupted } => ExitCodes.Interrupted,
            { Failure: { } failure } => ExitCodes.Of(failure.Kind),
            _ when files is null && filesStopped => ExitCodes.Interrupted,
            _ => ExitCodes.Success,
        };
        if (arguments.Json)
            Console.Out.WriteLine(Json(result, files, code).ToJsonString());
        else
            WriteText(result, files, code);
        return code;
    }

    /// <summary>The command that continues the run: this one, quoted for a shell.</summary>
    public static string ResumeCommand() => "sa2va " + string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Select(Quote));

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./,=:+@%".Contains(c, StringComparison.Ordinal))
            ? word : "'" + word.Replace("'", @"'\''", StringComparison.Ordinal) + "'";

    private static void WriteText(RunResult result, OutputFiles? files, int code)
    {
        if (result.FramesDone > 0 || result.Failure is null)
            WriteSummary(result, files);
        if (result.Failure is { } failure)
        {
            var where = failure.Frame is { } frame ? $" (frame {frame})" : "";
            Console.Error.WriteLine($"sa2va: {failure.Message}{where}");
            if (files is not null)
                Console.Error.WriteLine($"sa2va: the files hold the {result.FramesDone} frames before the failure");
        }

        if (code == ExitCodes.Interrupted)
        {
            Console.Error.WriteLine(result.Outcome == RunOutcome.Completed
                ? "sa2va: stopped while the files were written; the masks are complete. Write the files with:"
                : $"sa2va: stopped with {result.FramesDone} of {result.FramesTotal} frames done. Go on with:");
            Console.Error.WriteLine("  " + ResumeCommand());
        }
    }

    private static void WriteSummary(RunResult result, OutputFiles? files)
    {
        var video = result.Video;
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.FramesDone} of {result.FramesTotal} frames, {result.Objects.Count} object(s), video {video.Width}x{video.Height}")
            + (result.ResumedAt > 0 ? $", continued at frame {result.Frames.FrameOf(result.ResumedAt)}" : ""));
        foreach (var one in result.Objects)
            Console.Out.WriteLine($"  {one.ObjectId,3}  {(one.Absent ? "absent" : "sha256 " + one.Chain)}  {one.Label}");
        foreach (var said in result.Said.Questions.Where(said => said.Answer is not null))
            Console.Out.WriteLine($"  {said.Question}\n    {said.Answer}{(said.Complete ? "" : " ... (cut off)")}");
        if (result.Said.Caption is { Text: { } caption } whole)
            Console.Out.WriteLine($"  caption: {caption}{(whole.Complete ? "" : " ... (cut off)")}");
        foreach (var verdict in result.Verdicts)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {verdict.Presence.ToString().ToLowerInvariant()} (probability {verdict.Probability:0.00}, found in {verdict.Evidence.Found} of {verdict.Evidence.Asked} answers{SaidOf(verdict.Evidence)}): {result.Objects.First(one => one.Target == verdict.Target).Label}"));
        if (result.Corrections.Count > 0) Console.Out.WriteLine($"  {result.Corrections.Count} correction(s) by asking again, listed in masks.json");
        foreach (var file in files?.Paths ?? [])
            Console.Out.WriteLine($"  {file}");
    }

    private static string SaidOf(PresenceEvidence evidence) => evidence.SaidYes is { } yes ? string.Create(CultureInfo.InvariantCulture, $", said yes with {yes:0.00}") : "";

    private static JsonObject Json(RunResult result, OutputFiles? files, int code) => new()
    {
        ["type"] = "result",
        ["outcome"] = result.Outcome.ToString().ToLowerInvariant(),
        ["exitCode"] = code,
        ["framesDone"] = result.FramesDone,
        ["framesTotal"] = result.FramesTotal,
        ["resumedAt"] = result.ResumedAt,
        ["failure"] = result.Failure is not { } failure ? null : new JsonObject
        {
            ["kind"] = ExitCodes.Name(ExitCodes.Of(failure.Kind)), ["message"] = failure.Message, ["frame"] = failure.Frame,
        },
        ["objects"] = ResultJson.Objects(result),
        ["questions"] = SayingsJson.Questions(result.Said),
        ["caption"] = SayingsJson.Caption(result.Said),
        ["presence"] = ResultJson.Presence(result),
        ["corrections"] = ResultJson.Corrections(result),
        ["files"] = new JsonArray([.. (files?.Paths ?? []).Select(path => (JsonNode)path)]),
        ["resume"] = code == ExitCodes.Interrupted ? ResumeCommand() : null,
    };
}
