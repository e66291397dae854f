using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cli.Output;
using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.ObjectSessions;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cli.Chatting;

/// <summary>What a session about objects leaves: <c>ask.json</c>, and the masks of what is remembered.</summary>
internal static class AskFiles
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>What was asked and answered, and where each object is to be seen. Returns the path.</summary>
    public static string WriteTurns(string folder, ObjectSession session, ObjectMemory memory)
    {
        var path = Path.Combine(folder, "ask.json");
        var told = new JsonObject
        {
            ["format"] = "sa2va-ask",
            ["version"] = 1,
            ["frames"] = new JsonArray([.. session.Clip.Frames.Select(frame => (JsonNode)frame)]),
            ["objects"] = Objects(session, memory),
            ["turns"] = new JsonArray([.. memory.Turns.Select(turn => (JsonNode)new JsonObject { ["question"] = turn.Question, ["answerStart"] = turn.AnswerStart, ["answer"] = turn.Answer })]),
        };
        OutputFolder.Write(path, file => JsonSerializer.Serialize(file, told, Indented));
        return path;
    }

    /// <summary>The masks on the frames that the model sees. Returns the paths.</summary>
    public static Task<IReadOnlyList<string>> WriteMasksAsync(string folder, ObjectSession session, ObjectMemory memory, CancellationToken cancellationToken) => FollowedFiles.WriteAsync(
        folder, session.Source, [.. memory.Objects.Keys.Select(id => new FollowedObject(id, $"[{id}]"))], answer: null, session.FollowAsync(memory, cancellationToken),
        seen: null, cancellationToken, session.Clip.Frames.Length);

    /// <summary>What is remembered, with the frames on which it is to be seen.</summary>
    public static JsonArray Objects(ObjectSession session, ObjectMemory memory) => new([.. memory.Objects.Select(one => (JsonNode)new JsonObject
    {
        ["id"] = one.Key, ["frames"] = new JsonArray([.. Seen(session, one.Value).Select(frame => (JsonNode)frame)]),
    })]);

    /// <summary>The frames on which an object is to be seen.</summary>
    public static IEnumerable<int> Seen(ObjectSession session, IEnumerable<Rle> masks) => session.Clip.Frames.Zip(masks).Where(one => RleCodec.Area(one.Second) > 0).Select(one => one.First);
}
