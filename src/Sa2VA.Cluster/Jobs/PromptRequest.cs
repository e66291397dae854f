using System.Text.Json;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Jobs;

/// <summary>A prompt for a video as its owner writes it.</summary>
/// <param name="ObjectId">The object that is corrected; null for something new.</param>
/// <param name="Text">A sentence; null for something that is shown.</param>
/// <param name="Label">What people see; null for the sentence, or a kind and a number.</param>
/// <param name="Hints">What is shown, on one frame; none with a sentence.</param>
public sealed record PromptRequest(int? ObjectId, string? Text, string? Label, IReadOnlyList<VisualPrompt> Hints)
{
    private const int MaxLabelLength = 200;

    private static readonly string[] Fields = ["object", "frame", "points", "box", "mask", "text", "label"];
    private static readonly string[] NotWithText = ["object", "frame", "points", "box", "mask", "label"];

    /// <summary>Reads one.</summary>
    /// <exception cref="JobRefusedException">It is malformed.</exception>
    public static PromptRequest Read(JsonElement body)
    {
        var prompt = new ManifestField(body, "", ManifestField.NoLine);
        prompt.Allow(Fields);
        if (prompt.Find("text") is { } text)
        {
            if (NotWithText.FirstOrDefault(field => prompt.Find(field) is not null) is { } other)
                throw text.Refused($"comes with \"{other}\"; a sentence is about the whole video and finds something new.");
            return new PromptRequest(ObjectId: null, text.Text(RunRules.MaxExpressionLength), Label: null, []);
        }

        return new PromptRequest(prompt.Find("object")?.Integer(1, int.MaxValue), Text: null, prompt.Find("label")?.Text(MaxLabelLength), ManifestPrompts.ReadHints(prompt));
    }
}
