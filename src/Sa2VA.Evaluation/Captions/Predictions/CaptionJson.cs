using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Captions.Predictions;

/// <summary>
/// The form that GLaMM's and Sa2VA's scripts write and their evaluation reads, a file for each image, called by its id:
/// <c>{"image_id": ..., "caption": ..., "phrases": [...], "pred_masks": [{"size": [h, w], "counts": "..."}]}</c>. It may stand under one
/// more name, as the evaluation allows.
/// </summary>
internal static class CaptionJson
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="EvaluationException">It is damaged or something else; the message names the field.</exception>
    public static CaptionPrediction Read(string path)
    {
        using var json = Parse(path);
        var root = json.RootElement;
        if (root.ValueKind == JsonValueKind.Object && !root.TryGetProperty("caption", out _) && root.EnumerateObject().FirstOrDefault().Value is { ValueKind: JsonValueKind.Object } inner) root = inner;
        return new CaptionPrediction(
            Text(Member(root, "caption", path), "caption", path),
            [.. List(root, "phrases", path).Select(phrase => Text(phrase, "phrases", path))],
            [.. List(root, "pred_masks", path).Select((mask, i) => Mask(mask, $"pred_masks[{i}]", path))]);
    }

    /// <summary>Writes a file; it appears whole.</summary>
    public static void Write(string path, string imageId, CaptionPrediction prediction)
    {
        var json = new JsonObject
        {
            ["image_id"] = imageId,
            ["caption"] = prediction.Text,
            ["phrases"] = new JsonArray([.. prediction.Phrases.Select(phrase => (JsonNode)phrase)]),
            ["pred_masks"] = new JsonArray([.. prediction.Masks.Select(mask => new JsonObject { ["size"] = new JsonArray(mask.Height, mask.Width), ["counts"] = mask.Counts })]),
        };
        var partial = path + ".partial";
        File.WriteAllText(partial, json.ToJsonString());
        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Opens a JSON file.</summary>
    /// <exception cref="EvaluationException">It is no JSON; the message names it.</exception>
    public static JsonDocument Parse(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonDocument.Parse(file);
        }
        catch (JsonException e)
        {
            throw new EvaluationException($"'{path}' is no JSON file that can be read: {e.Message}", e);
        }
    }

    public static JsonElement Member(JsonElement parent, string name, string path) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : throw new EvaluationException($"'{path}': '{name}' is missing.");

    public static string Text(JsonElement value, string name, string path) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new EvaluationException($"'{path}': '{name}' holds {value.ValueKind.ToString().ToLowerInvariant()} where a text is expected.");

    public static IReadOnlyList<JsonElement> List(JsonElement parent, string name, string path) =>
        Member(parent, name, path) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : throw new EvaluationException($"'{path}': '{name}' is no list.");

    public static Rle Mask(JsonElement value, string name, string path)
    {
        try
        {
            return CocoRle.Read(value);
        }
        catch (InvalidDataException e)
        {
            throw new EvaluationException($"'{path}': '{name}': {e.Message}", e);
        }
    }
}
