using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Results;

/// <summary>What was said about a video, as <c>masks.json</c> and <c>--json</c> tell it. <c>docs/cli.md</c> describes it.</summary>
public static class SayingsJson
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The questions with their answers.</summary>
    public static JsonArray Questions(VideoSayings said)
    {
        ArgumentNullException.ThrowIfNull(said);
        return JsonSerializer.SerializeToNode(said.Questions, Json)!.AsArray();
    }

    /// <summary>The caption; null without one.</summary>
    public static JsonNode? Caption(VideoSayings said)
    {
        ArgumentNullException.ThrowIfNull(said);
        return said.Caption is { } caption ? JsonSerializer.SerializeToNode(caption, Json) : null;
    }
}
