using Sa2VA.Cli.Output;
using Sa2VA.Evaluation.Reports;
using Sa2VA.Evaluation.Reports.Cases;
using Sa2VA.Evaluation.Reports.Html;

namespace Sa2VA.Cli.Evaluating;

/// <summary><c>report.html</c> and <c>report.json</c>.</summary>
internal static class ReportFiles
{
    /// <summary>Writes both and returns their paths, what people open first.</summary>
    public static IReadOnlyList<string> Write(string folder, EvaluationReport report, IReadOnlyList<IReadOnlyList<CaseStrip>> strips)
    {
        var (page, json) = (Path.Combine(folder, "report.html"), Path.Combine(folder, "report.json"));
        OutputFolder.Write(json, file => ReportJson.Write(file, report));
        OutputFolder.Write(page, file => HtmlReport.Write(file, report, strips));
        return [page, json];
    }
}
