using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Evaluation.Presences;
using Sa2VA.Evaluation.Scores;

namespace Sa2VA.Evaluation.Reports;

/// <summary><c>report.json</c>: everything that was scored, for programs. <c>docs/evaluation.md</c> describes it.</summary>
public static class ReportJson
{
    /// <summary>Raised when a name changes its meaning or goes; what is added does not raise it.</summary>
    public const int Version = 1;

    // Sentences stay readable: the file is not part of a page.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the report.</summary>
    public static void Write(Stream target, EvaluationReport report)
    {
        using var json = new Utf8JsonWriter(target, new JsonWriterOptions { Indented = true, Encoder = Readable.Encoder });
        new JsonObject
        {
            ["format"] = "sa2va-evaluation",
            ["version"] = Version,
            ["created"] = report.Created.ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture),
            ["predictions"] = report.Predictions,
            ["settings"] = new JsonObject([.. report.Settings.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))]),
            ["missing"] = report.Missing.ToString().ToLowerInvariant(),
            ["splits"] = new JsonArray([.. report.Splits.Select(Split)]),
        }.WriteTo(json, Readable);
    }

    /// <summary>A split without its videos and expressions.</summary>
    public static JsonObject Brief(SplitScores split) => new()
    {
        ["name"] = split.Name,
        ["skipped"] = split.Skipped,
        ["overallIs"] = split.IsMeanOfTypes ? "mean of types" : "mean of expressions",
        ["overall"] = Scores(new JsonObject(), split.Overall),
        ["levels"] = new JsonArray([.. split.Levels.Select(level => Scores(new JsonObject { ["name"] = level.Name }, level.Summary))]),
        ["presence"] = PresenceSummary.Of(split) is not { } presence ? null : new JsonObject
        {
            ["verified"] = presence.Verified, ["unsure"] = Share(presence.Unsure),
            ["presentPrecision"] = Share(presence.PresentPrecision), ["presentRecall"] = Share(presence.PresentRecall),
            ["absentPrecision"] = Share(presence.AbsentPrecision), ["absentRecall"] = Share(presence.AbsentRecall),
        },
    };

    private static JsonObject Split(SplitScores split)
    {
        var json = Brief(split);
        json["videos"] = new JsonArray([.. split.Videos.Select(video => Scores(new JsonObject { ["id"] = video.Name }, video.Summary))]);
        json["expressions"] = new JsonArray([.. split.Expressions.Select(Expression)]);
        return json;
    }

    private static JsonObject Scores(JsonObject target, Summary summary)
    {
        target["expressions"] = summary.Expressions;
        target["absentExpressions"] = summary.Absent;
        target["frames"] = summary.Frames;
        target["jAndF"] = Share(summary.JAndF);
        target["j"] = Share(summary.J);
        target["f"] = Share(summary.F);
        target["jRecall"] = Share(summary.JRecall);
        target["fRecall"] = Share(summary.FRecall);
        target["cIoU"] = Share(summary.CumulativeIoU);
        target["gIoU"] = Share(summary.GeneralizedIoU);
        target["precisionAt"] = summary.PrecisionAt is not { } precision
            ? null
            : new JsonObject([.. Summary.Thresholds.Select((t, i) => KeyValuePair.Create(t.ToString("0.0", CultureInfo.InvariantCulture), Share(precision[i])))]);
        target["accuracy"] = Share(summary.Accuracy);
        target["robustness"] = Share(summary.Robustness);
        target["absentAccuracy"] = Share(summary.AbsentAccuracy);
        target["falseAbsentRate"] = Share(summary.FalseAbsentRate);
        target["quarters"] = Shares(summary.Quarters);
        target["decay"] = Share(summary.Decay);
        return target;
    }

    private static JsonObject Expression(ExpressionScore score) => new()
    {
        ["video"] = score.VideoId,
        ["id"] = score.Expression.Id,
        ["text"] = score.Expression.Text,
        ["level"] = score.Level,
        ["absent"] = score.Expression.IsAbsent,
        ["answer"] = score.Answer,
        ["frames"] = score.Clip.Frames,
        ["jAndF"] = Share(score.Clip.JAndF),
        ["j"] = Share(score.Clip.J),
        ["f"] = Share(score.Clip.F),
        ["jRecall"] = Share(score.Clip.JRecall),
        ["fRecall"] = Share(score.Clip.FRecall),
        ["iou"] = Share(score.Clip.IoU),
        ["accuracy"] = Share(score.Clip.Accuracy),
        ["robustness"] = Share(score.Clip.Robustness),
        ["predicted"] = !score.Clip.IsEmpty,
        ["quarters"] = Shares(score.Clip.Quarters),
        ["presence"] = score.Presence is not { } verdict ? null : new JsonObject
        {
            ["called"] = verdict.Presence.ToString().ToLowerInvariant(), ["probability"] = Share(verdict.Probability), ["asked"] = verdict.Evidence.Asked,
            ["found"] = verdict.Evidence.Found, ["coverage"] = Share(verdict.Evidence.Coverage), ["area"] = Share(verdict.Evidence.Area), ["objectScore"] = Math.Round(verdict.Evidence.ObjectScore, 3),
            ["saidYes"] = Share(verdict.Evidence.SaidYes),
        },
    };

    /// <summary>Between 0 and 1, to a ten-thousandth of a per cent.</summary>
    private static JsonNode? Share(double? value) => value is { } share ? Math.Round(share, 6) : null;

    private static JsonArray? Shares(IReadOnlyList<double>? values) => values is null ? null : new JsonArray([.. values.Select(v => Share(v))]);
}
