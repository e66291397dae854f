using System.Text.Json.Nodes;
using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Remote;

/// <summary>What was found in a video, and said about it, as lines for people and as JSON for programs.</summary>
internal static class FoundText
{
    private const string CutOff = " ... (cut off)";

    /// <summary>A line for each object and question, and one for the caption.</summary>
    public static void Say(bool json, Found found)
    {
        foreach (var one in found.Objects) RemoteText.Say(json, Line(one), Typed("object", one));
        foreach (var one in found.Questions) RemoteText.Say(json, Line(one), Typed("question", one));
        if (found.Caption is { } caption) RemoteText.Say(json, Line(caption), Typed("caption", caption));

        JsonObject Typed<T>(string type, T value)
        {
            var line = RemoteText.Typed(type, value);
            line["videoId"] = found.VideoId;
            return line;
        }
    }

    private static string Line(FoundObject found) =>
        $"  object {found.Id}  {found.Label}: {(found.Failure is { } failure ? $"not asked, {failure}" : found.IsAbsent ? "absent" : "found")}{(found.Answer is { } answer ? $"  \"{answer}\"" : "")}";

    private static string Line(SaidAnswer said) =>
        $"  question  {said.Question}: {(said.Failure is { } failure ? $"not asked, {failure}" : said.Answer is null ? "not answered yet" : $"\"{said.Answer}\"{(said.Complete ? "" : CutOff)}")}";

    private static string Line(SaidCaption said) =>
        $"  caption  {(said.Failure is { } failure ? $"not asked, {failure}" : $"\"{said.Text}\"{(said.Complete ? "" : CutOff)}")}";
}
