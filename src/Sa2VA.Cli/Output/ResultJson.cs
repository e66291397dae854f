using System.Text.Json.Nodes;
using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cli.Output;

/// <summary>The objects of a run, as <c>masks.json</c> and <c>--json</c> both tell them.</summary>
internal static class ResultJson
{
    /// <summary>The same for objects that were followed outside of a run: there are no blocks, and so no chain over them.</summary>
    public static JsonArray Objects(IReadOnlyList<FollowedObject> objects, string? answer) => new([.. objects.Select((one, place) => (JsonNode)new JsonObject
    {
        ["id"] = one.ObjectId,
        ["target"] = place,
        ["label"] = one.Label,
        ["answer"] = answer,
        ["absent"] = false,
        ["sha256Chain"] = "",
    })]);

    public static JsonArray Objects(RunResult result) => new([.. result.Objects.Select(one => (JsonNode)new JsonObject
    {
        ["id"] = one.ObjectId,
        ["target"] = one.Target,
        ["label"] = one.Label,
        ["answer"] = one.Answer,
        ["absent"] = one.Absent,
        ["sha256Chain"] = one.Chain,
    })]);

    /// <summary>What is concluded about sentences, and the evidence.</summary>
    public static JsonArray Presence(RunResult result) => new([.. result.Verdicts.Select(verdict => (JsonNode)new JsonObject
    {
        ["target"] = verdict.Target,
        ["presence"] = verdict.Presence.ToString().ToLowerInvariant(),
        ["probability"] = Math.Round(verdict.Probability, 4),
        ["asked"] = verdict.Evidence.Asked,
        ["found"] = verdict.Evidence.Found,
        ["coverage"] = Math.Round(verdict.Evidence.Coverage, 4),
        ["area"] = Math.Round(verdict.Evidence.Area, 6),
        ["objectScore"] = Math.Round(verdict.Evidence.ObjectScore, 3),
        ["saidYes"] = verdict.Evidence.SaidYes is { } yes ? Math.Round(yes, 4) : null,
        ["answers"] = new JsonArray([.. verdict.Answers.Select(answer => (JsonNode)new JsonObject
        {
            ["frames"] = new JsonArray([.. answer.Frames.Select(frame => (JsonNode)frame)]), ["found"] = answer.Found,
        })]),
    })]);

    /// <summary>Where asking again moved a track: the frame of the file from which it holds, the object, why it was asked, and what came of it.</summary>
    public static JsonArray Corrections(RunResult result) => new([.. result.Corrections.Select(note => (JsonNode)new JsonObject
    {
        ["frame"] = result.Frames.FrameOf(note.Step),
        ["object"] = note.ObjectId,
        ["reason"] = note.Reason.ToString().ToLowerInvariant(),
        ["outcome"] = note.Outcome.ToString().ToLowerInvariant(),
    })]);
}
