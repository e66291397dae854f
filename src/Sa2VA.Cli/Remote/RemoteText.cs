using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Remote;

/// <summary>Jobs, videos and objects as lines for people and as JSON for programs.</summary>
internal static class RemoteText
{
    // In the order in which a video passes through them.
    private static readonly string[] States = ["waiting", "running", "paused", "completed", "failed", "cancelled", "dead"];

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static void Say(bool json, string text, JsonNode machine) => Console.Out.WriteLine(json ? machine.ToJsonString() : text);

    /// <summary>A record with its <c>type</c> first, as every line of JSON has it.</summary>
    public static JsonObject Typed<T>(string type, T value)
    {
        var line = new JsonObject { ["type"] = type };
        foreach (var (name, content) in JsonSerializer.SerializeToNode(value, Web)!.AsObject())
            line[name] = content?.DeepClone();
        return line;
    }

    /// <summary><c>12 completed, 1 failed</c>.</summary>
    public static string Counts(Job job) => string.Join(", ", States.Where(state => job.ByState.GetValueOrDefault(state) > 0).Select(state => $"{job.ByState[state]} {state}")) is { Length: > 0 } text
        ? text : "no videos";

    public static string Line(Job job) => string.Create(
        CultureInfo.InvariantCulture, $"{job.JobId}  {job.SubmittedAt:u}  {job.Priority,-6}  {Counts(job)}{(job.IsHeld ? " (held)" : "")}{(job.Title is { } title ? $"  {title}" : "")}");

    public static string Line(Video video) =>
        $"{video.VideoId}  {video.State,-9}  {Frames(video.Progress)}  {video.Name ?? video.Source}{(video.Error is null ? "" : $"  {video.Error}")}";

    public static string Frames(FrameProgress progress)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{progress.Done}/{progress.Total?.ToString(CultureInfo.InvariantCulture) ?? "?"} frames");
        return progress.PerSecond > 0 ? string.Create(CultureInfo.InvariantCulture, $"{text}, {progress.PerSecond:0.0} fps") : text;
    }

    /// <summary>What a job's end means to a script: not all of it was done.</summary>
    public static int ExitCodeOf(Job job) => job.ByState.GetValueOrDefault("completed") == job.Videos ? ExitCodes.Success : ExitCodes.Incomplete;
}
