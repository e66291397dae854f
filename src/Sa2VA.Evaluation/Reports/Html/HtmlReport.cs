using System.Globalization;
using System.Xml.Linq;
using Sa2VA.Evaluation.Reports.Cases;
using Sa2VA.Evaluation.Scores;
using static Sa2VA.Evaluation.Reports.Html.Markup;
using static Sa2VA.Evaluation.Reports.Html.ReportPage;

namespace Sa2VA.Evaluation.Reports.Html;

/// <summary><c>report.html</c>: one file for people, without scripts and without anything from elsewhere.</summary>
public static class HtmlReport
{
    private const int ExpressionsShown = 50;

    /// <summary>Writes the page.</summary>
    /// <param name="target">Receives UTF-8.</param>
    /// <param name="report">The scores.</param>
    /// <param name="strips">For each split of the report, the cases to show.</param>
    public static void Write(Stream target, EvaluationReport report, IReadOnlyList<IReadOnlyList<CaseStrip>> strips)
    {
        var title = $"{report.Predictions} on {string.Join(", ", report.Splits.Select(s => s.Name))}";
        ReportPage.Write(
            target, title,
            ReportPage.Head("Referring segmentation · evaluation", title, report.Settings, report.Missing, report.Created),
            report.Splits.Select((split, i) => Split(report, split, strips[i])),
            ReportPage.Foot(
                "All numbers are in per cent. J is the intersection over union of a frame, 1 when both masks are empty; F compares boundaries within 0.8 % of the diagonal; "
                + "both are averaged over all frames, then over the expressions that mean something. cIoU and gIoU count every expression. "
                + "An absent expression is right when no frame has a prediction."));
    }

    private static XElement Split(EvaluationReport report, SplitScores split, IReadOnlyList<CaseStrip> strips)
    {
        var present = split.Expressions.Where(e => !e.Expression.IsAbsent).ToList();
        return El(
            "section",
            report.Splits.Count > 1 ? El("h2", Class("split"), split.Name) : null,
            El("p", Class("lead"), string.Create(CultureInfo.InvariantCulture,
                $"{Counted(split.Videos.Count, "video")}, {Counted(split.Overall.Expressions, "expression")}, of which {split.Overall.Absent:N0} absent; {split.Overall.Frames:N0} masks scored.")
                + (split.Skipped > 0 ? $" {Counted(split.Skipped, "expression")} without a prediction left out." : "")
                + (split.IsMeanOfTypes ? " Overall is the plain mean of the two types." : "")),
            Tiles(split.Overall),
            El("h2", "By level"),
            Levels(split),
            El("div", Class("charts"),
                present.Count > 0 ? Chart("J&F of the expressions", Charts.Distribution(present)) : null,
                split.Overall.Quarters is { } quarters ? Chart("J&F over the clip’s time", Charts.OverTime(quarters)) : null,
                split.Overall.PrecisionAt is { } precision ? Chart("Expressions by clip IoU", Charts.Precision(precision)) : null),
            El("h2", "Cases"),
            Legend(),
            CaseCards.Of(strips),
            El("h2", "In detail"),
            El("details", El("summary", "Lowest expressions"), Lowest(split)),
            El("details", El("summary", "Scores of " + Counted(split.Videos.Count, "video")), Videos(split)));
    }

    private static XElement Tiles(Summary overall) => ReportPage.Tiles(
    [
        ("J&F", overall.JAndF, "mean of J and F"),
        ("J", overall.J, "region similarity"),
        ("F", overall.F, "boundary measure"),
        ("cIoU", overall.CumulativeIoU, "cumulative IoU"),
        ("gIoU", overall.GeneralizedIoU, "mean clip IoU"),
        ("Absent accuracy", overall.AbsentAccuracy, "rightly nothing found"),
        ("Missed", overall.FalseAbsentRate, "of those present; lower is better"),
    ]);

    private static XElement Levels(SplitScores split)
    {
        var table = new ScoreTable(split);
        // The bar shows what the level is about: J&F, or how often nothing was found where nothing is.
        var bars = split.Levels.Count == 1 ? [] : split.Levels.Select(l => l.Summary.JAndF ?? l.Summary.AbsentAccuracy).ToList();
        bars.Add(split.Overall.JAndF ?? split.Overall.AbsentAccuracy);
        return El(
            "div", Class("scroll"), Attr("tabindex", 0), Attr("role", "region"), Attr("aria-label", "Scores by level"),
            El("table",
                El("thead", El("tr", El("th", Attr("scope", "col"), "level"), El("th", Class("barcell"), ""), table.Columns.Select(c => El("th", Attr("scope", "col"), Attr("title", c.Meaning), c.Title)))),
                El("tbody", table.Rows.Select((row, i) => El(
                    "tr", i == table.Rows.Count - 1 ? Class("total") : null,
                    El("th", Attr("scope", "row"), CaseCards.Title(row.Name)),
                    El("td", Class("barcell"), Attr("aria-hidden", "true"), Bar(bars[i])),
                    row.Cells.Select(cell => El("td", cell)))))));
    }

    private static XElement? Bar(double? share) => share is not { } value ? null : El(
        "div", Class("meter"), El("i", Attr("style", string.Create(CultureInfo.InvariantCulture, $"width:{value * 100:0.0}%")), ""));

    private static XElement Lowest(SplitScores split) => Table(
        ["J&F", "level", "sentence", "video", "expression"],
        split.Expressions.OrderBy(e => e.Clip.JAndF).Take(ExpressionsShown)
            .Select(e => new[] { ScoreTable.Percent(e.Clip.JAndF)!, e.Level, e.Expression.Text, e.VideoId, e.Expression.Id }));

    private static XElement Videos(SplitScores split) => Table(
        ["J&F", "J", "F", "gIoU", "expr.", "video"],
        split.Videos.Select(v => new[]
        {
            ScoreTable.Percent(v.Summary.JAndF) ?? "–", ScoreTable.Percent(v.Summary.J) ?? "–", ScoreTable.Percent(v.Summary.F) ?? "–",
            ScoreTable.Percent(v.Summary.GeneralizedIoU) ?? "–", v.Summary.Expressions.ToString(CultureInfo.InvariantCulture), v.Name,
        }));
}
