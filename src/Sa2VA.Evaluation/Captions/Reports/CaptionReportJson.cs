using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Evaluation.Captions.Scores;

namespace Sa2VA.Evaluation.Captions.Reports;

/// <summary><c>report.json</c> of captions: everything that was scored, for programs. <c>docs/evaluation.md</c> describes it.</summary>
public static class CaptionReportJson
{
    /// <summary>Raised when a name changes its meaning or goes; what is added does not raise it.</summary>
    public const int Version = 1;

    // Sentences stay readable: the file is not part of a page.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the report.</summary>
    public static void Write(Stream target, CaptionReport report)
    {
        using var json = new Utf8JsonWriter(target, new JsonWriterOptions { Indented = true, Encoder = Readable.Encoder });
        new JsonObject
        {
            ["format"] = "sa2va-caption-evaluation",
            ["version"] = Version,
            ["created"] = report.Created.ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture),
            ["predictions"] = report.Predictions,
            ["settings"] = new JsonObject([.. report.Settings.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))]),
            ["missing"] = report.Missing.ToString().ToLowerInvariant(),
            ["splits"] = new JsonArray([.. report.Splits.Select(Split)]),
        }.WriteTo(json, Readable);
    }

    /// <summary>A split without its images.</summary>
    public static JsonObject Brief(CaptionScores split) => new()
    {
        ["name"] = split.Name,
        ["skipped"] = split.Skipped,
        ["measures"] = new JsonObject { ["meteor"] = "exact, stem", ["cider"] = "CIDEr-D", ["recall"] = split.Similarity },
        ["overall"] = new JsonObject
        {
            ["images"] = split.Images.Count,
            ["phrases"] = split.Images.Sum(image => image.Phrases),
            ["trueMasks"] = split.Images.Sum(image => image.TrueMasks),
            ["masks"] = split.Images.Sum(image => image.Masks),
            ["meteor"] = Rounded(split.Meteor),
            ["cider"] = Rounded(split.Cider),
            ["ap50"] = Rounded(split.AP50),
            ["mIoU"] = Rounded(split.MeanIoU),
            ["recall"] = Rounded(split.Recall),
        },
    };

    private static JsonObject Split(CaptionScores split)
    {
        var json = Brief(split);
        json["images"] = new JsonArray([.. split.Images.Select(image => new JsonObject
        {
            ["id"] = image.Id, ["caption"] = image.Caption, ["reference"] = image.Reference, ["meteor"] = Rounded(image.Meteor), ["cider"] = Rounded(image.Cider),
            ["mIoU"] = Rounded(image.IoU), ["phrases"] = image.Phrases, ["found"] = image.Found, ["trueMasks"] = image.TrueMasks, ["masks"] = image.Masks,
        })]);
        return json;
    }

    private static JsonNode? Rounded(double? value) => value is { } number ? Math.Round(number, 6) : null;
}
