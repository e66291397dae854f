using System.Globalization;
using System.Text.Json.Nodes;
using Sa2VA.Cli.Commands;
using Sa2VA.Cli.Running;
using Sa2VA.Evaluation.Presences;
using Sa2VA.Evaluation.Reports;
using Spectre.Console;

namespace Sa2VA.Cli.Evaluating;

/// <summary>What is said at the end of an evaluation.</summary>
internal static class EvalOutput
{
    public static void Write(EvalArguments arguments, EvaluationReport report, IReadOnlyList<string> files)
    {
        if (arguments.Json)
        {
            WriteResult(report.Predictions, report.Splits.Select(ReportJson.Brief), files);
            return;
        }

        foreach (var split in report.Splits)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{report.Predictions} on {split.Name}: {split.Videos.Count} video(s), {split.Overall.Expressions} expression(s), {split.Overall.Absent} of them absent")
                + (split.Skipped > 0 ? $"; {split.Skipped} without a prediction left out" : ""));
            WriteTable(Lines(new ScoreTable(split)));
            if (PresenceSummary.Of(split) is { } presence) WritePresence(presence);
            if (split.IsMeanOfTypes) Console.Out.WriteLine("  overall: the plain mean of the two types");
        }

        foreach (var file in files) Console.Out.WriteLine($"  {file}");
    }

    public static int WriteInterrupted(EvalArguments arguments)
    {
        if (arguments.Json)
        {
            Console.Out.WriteLine(Json("interrupted", ExitCodes.Interrupted, predictions: null, splits: null, []).ToJsonString());
        }
        else
        {
            Console.Error.WriteLine("sa2va: stopped; what was done is kept. Go on with:");
            Console.Error.WriteLine("  " + RunReport.ResumeCommand());
        }

        return ExitCodes.Interrupted;
    }

    /// <summary>The last line for programs.</summary>
    public static void WriteResult(string predictions, IEnumerable<JsonObject> splits, IReadOnlyList<string> files)
        => Console.Out.WriteLine(Json("completed", ExitCodes.Success, predictions, new JsonArray([.. splits]), files).ToJsonString());

    /// <summary>A table for people: lines of cells, titles first; the last line is set off.</summary>
    public static void WriteTable(string[][] lines)
    {
        var widths = Enumerable.Range(0, lines[0].Length).Select(c => lines.Max(line => line[c].Length)).ToArray();
        var isTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");
        // A space and a separator for each column, and one at the end. In a narrower window lines break better than columns.
        if (isTerminal && widths.Sum(w => w + 2) + 1 <= AnsiConsole.Profile.Width)
            WriteRuled(lines);
        else
            WriteAligned(lines, widths);
    }

    private static void WritePresence(PresenceSummary presence) => Console.Out.WriteLine(
        $"  presence of {presence.Verified} sentence(s): called present {Shares(presence.PresentPrecision, presence.PresentRecall)}, called absent {Shares(presence.AbsentPrecision, presence.AbsentRecall)}, unsure {ScoreTable.Percent(presence.Unsure)} %");

    private static string Shares(double? precision, double? recall) => $"precision {ScoreTable.Percent(precision) ?? "–"} % recall {ScoreTable.Percent(recall) ?? "–"} %";

    /// <summary>The table as lines of cells, titles first.</summary>
    private static string[][] Lines(ScoreTable scores)
        => [["level", .. scores.Columns.Select(c => c.Title)], .. scores.Rows.Select(r => (string[])[r.Name, .. r.Cells])];

    private static void WriteRuled(string[][] lines)
    {
        var table = new Table { Border = TableBorder.Horizontal };
        for (var c = 0; c < lines[0].Length; c++)
            table.AddColumn(new TableColumn(Markup.Escape(lines[0][c])) { Alignment = c == 0 ? Justify.Left : Justify.Right, NoWrap = true, Padding = new Padding(1, 0, 0, 0) });
        foreach (var line in lines.Skip(1))
        {
            var style = line == lines[^1] ? new Style(decoration: Decoration.Bold) : Style.Plain;
            table.AddRow(line.Select(cell => new Text(cell, style)));
        }

        AnsiConsole.Write(table);
    }

    private static void WriteAligned(string[][] lines, int[] widths)
    {
        foreach (var line in lines)
            Console.Out.WriteLine("  " + line[0].PadRight(widths[0]) + string.Concat(line.Skip(1).Select((cell, c) => "  " + cell.PadLeft(widths[c + 1]))));
    }

    private static JsonObject Json(string outcome, int code, string? predictions, JsonArray? splits, IReadOnlyList<string> files) => new()
    {
        ["type"] = "result",
        ["outcome"] = outcome,
        ["exitCode"] = code,
        ["predictions"] = predictions,
        ["splits"] = splits,
        ["files"] = new JsonArray([.. files.Select(path => (JsonNode)path)]),
        ["resume"] = predictions is null ? RunReport.ResumeCommand() : null,
    };
}
