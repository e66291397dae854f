using System.Text.Json;
using Sa2VA.Evaluation.Reports;

namespace Sa2VA.Evaluation.Tests.Reports;

/// <summary>What programs rely on: names, types and units of the file.</summary>
public sealed class ReportJsonTests
{
    private static readonly string[] SummaryNames =
    [
        "expressions", "absentExpressions", "frames", "jAndF", "j", "f", "jRecall", "fRecall", "cIoU", "gIoU", "precisionAt", "accuracy", "robustness",
        "absentAccuracy", "falseAbsentRate", "quarters", "decay",
    ];

    [Fact]
    public async Task The_file_has_the_documented_names_and_numbers()
    {
        using var json = await WriteAsync();
        var root = json.RootElement;
        Assert.Equal(["format", "version", "created", "predictions", "settings", "missing", "splits"], Names(root));
        Assert.Equal(("sa2va-evaluation", 1), (root.GetProperty("format").GetString(), root.GetProperty("version").GetInt32()));
        Assert.Equal("2026-03-01T12:30:00+01:00", root.GetProperty("created").GetString());
        Assert.Equal(("models/<tiny>", "sa2va-i", "error"), (root.GetProperty("predictions").GetString(), root.GetProperty("settings").GetProperty("protocol").GetString(), root.GetProperty("missing").GetString()));

        var split = root.GetProperty("splits")[0];
        Assert.Equal(["name", "skipped", "overallIs", "overall", "levels", "presence", "videos", "expressions"], Names(split));
        Assert.Equal(("made/val", "mean of expressions"), (split.GetProperty("name").GetString(), split.GetProperty("overallIs").GetString()));
        Assert.Equal(SummaryNames, Names(split.GetProperty("overall")));
        Assert.All(split.GetProperty("levels").EnumerateArray(), level => Assert.Equal([.. SummaryNames.Prepend("name")], Names(level)));
        Assert.All(split.GetProperty("videos").EnumerateArray(), video => Assert.Equal([.. SummaryNames.Prepend("id")], Names(video)));
        Assert.All(split.GetProperty("expressions").EnumerateArray(), expression => Assert.Equal(
            ["video", "id", "text", "level", "absent", "answer", "frames", "jAndF", "j", "f", "jRecall", "fRecall", "iou", "accuracy", "robustness", "predicted", "quarters", "presence"], Names(expression)));
    }

    [Fact]
    public async Task Numbers_are_shares_and_undefined_ones_are_null()
    {
        var sample = await SampleReport.MakeAsync();
        using var json = await WriteAsync();
        var split = json.RootElement.GetProperty("splits")[0];
        var overall = split.GetProperty("overall");
        Assert.Equal(sample.Split.Overall.JAndF!.Value, overall.GetProperty("jAndF").GetDouble(), 6);
        Assert.Equal(0.75, overall.GetProperty("absentAccuracy").GetDouble());
        Assert.Equal(["0.5", "0.6", "0.7", "0.8", "0.9"], Names(overall.GetProperty("precisionAt")));
        Assert.Equal(4, overall.GetProperty("quarters").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, overall.GetProperty("robustness").ValueKind);
        var absent = split.GetProperty("levels").EnumerateArray().Single(l => l.GetProperty("name").GetString() == "absent");
        Assert.Equal(JsonValueKind.Null, absent.GetProperty("j").ValueKind);
        var first = split.GetProperty("expressions")[0];
        Assert.Equal((SampleReport.Nasty, true, 1), (first.GetProperty("text").GetString(), first.GetProperty("predicted").GetBoolean(), first.GetProperty("j").GetDouble()));
    }

    private static async Task<JsonDocument> WriteAsync()
    {
        using var file = new MemoryStream();
        ReportJson.Write(file, (await SampleReport.MakeAsync()).Report);
        return JsonDocument.Parse(file.ToArray());
    }

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];
}
