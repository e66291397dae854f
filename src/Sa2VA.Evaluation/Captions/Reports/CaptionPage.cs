using System.Globalization;
using System.Xml.Linq;
using Sa2VA.Evaluation.Captions.Scores;
using Sa2VA.Evaluation.Reports;
using Sa2VA.Evaluation.Reports.Cases;
using Sa2VA.Evaluation.Reports.Html;
using static Sa2VA.Evaluation.Reports.Html.Markup;
using static Sa2VA.Evaluation.Reports.Html.ReportPage;

namespace Sa2VA.Evaluation.Captions.Reports;

/// <summary><c>report.html</c> of captions.</summary>
public static class CaptionPage
{
    private const int ImagesShown = 50;

    /// <summary>Writes the page.</summary>
    /// <param name="target">Receives UTF-8.</param>
    /// <param name="report">The scores.</param>
    /// <param name="cases">For each split of the report, the images to show.</param>
    public static void Write(Stream target, CaptionReport report, IReadOnlyList<IReadOnlyList<CaptionCase>> cases)
    {
        var title = $"{report.Predictions} on {string.Join(", ", report.Splits.Select(s => s.Name))}";
        ReportPage.Write(
            target, title,
            Head("Grounded captions · evaluation", title, report.Settings, report.Missing, report.Created),
            report.Splits.Select((split, i) => Split(report, split, cases[i])),
            Foot(
                "All numbers are in per cent, CIDEr too. METEOR has its exact and stem modules only, without WordNet and paraphrases, and its own list of function words; it is lower than the official one. "
                + "CIDEr is CIDEr-D. AP50 gives every mask the same score. A phrase is found when its mask reaches an IoU of 0.5 with one whose phrase is similar by the measure that is named; "
                + "the official recall compares by BERT."));
    }

    private static XElement Split(CaptionReport report, CaptionScores split, IReadOnlyList<CaptionCase> cases) => El(
        "section",
        report.Splits.Count > 1 ? El("h2", Class("split"), split.Name) : null,
        El("p", Class("lead"),
            $"{Counted(split.Images.Count, "image")}, {Counted(split.Images.Sum(i => i.Phrases), "phrase")}, {Counted(split.Images.Sum(i => i.TrueMasks), "true mask")}; {Counted(split.Images.Sum(i => i.Masks), "mask")} predicted."
            + (split.Skipped > 0 ? $" {Counted(split.Skipped, "image")} without a caption left out." : "")),
        Tiles(
        [
            ("AP50", split.AP50, "average precision of masks"),
            ("mIoU", split.MeanIoU, "of paired masks"),
            ("Recall", split.Recall, $"phrases found, by {split.Similarity}"),
            ("METEOR", split.Meteor, "exact and stem modules"),
            ("CIDEr", split.Cider, "CIDEr-D"),
        ]),
        El("h2", "Scores"),
        Scores(split),
        El("div", Class("charts"),
            Chart("mIoU of the images", Charts.Distribution([.. split.Images.Select(i => i.IoU)], "mIoU", "images")),
            Chart("METEOR of the images", Charts.Distribution([.. split.Images.Select(i => i.Meteor)], "METEOR", "images"))),
        El("h2", "Cases"),
        Legend(),
        El("div", Class("cards"), cases.Select(Card)),
        El("h2", "In detail"),
        El("details", El("summary", "Lowest images"), Table(
            ["mIoU", "METEOR", "caption", "found", "image"],
            split.Images.OrderBy(i => i.IoU).ThenBy(i => i.Meteor).Take(ImagesShown)
                .Select(i => new[] { ScoreTable.Percent(i.IoU)!, ScoreTable.Percent(i.Meteor)!, i.Caption, Found(i), i.Id }))));

    private static XElement Scores(CaptionScores split)
    {
        var table = new CaptionTable([split]);
        return El(
            "div", Class("scroll"), Attr("tabindex", 0), Attr("role", "region"), Attr("aria-label", "Scores"),
            El("table",
                El("thead", El("tr", El("th", Attr("scope", "col"), "split"), table.Columns.Select(c => El("th", Attr("scope", "col"), Attr("title", c.Meaning), c.Title)))),
                El("tbody", table.Rows.Select(row => El("tr", Class("total"), El("th", Attr("scope", "row"), row.Name), row.Cells.Select(cell => El("td", cell)))))));
    }

    private static XElement Card(CaptionCase shown)
    {
        var (kind, score) = (shown.Kind.ToString(), shown.Score);
        return El(
            "article", Class("case"),
            El("header", El("span", Class("badge " + kind.ToLowerInvariant()), kind), El("span", Class("score"), $"mIoU {ScoreTable.Percent(score.IoU)} · METEOR {ScoreTable.Percent(score.Meteor)} · found {Found(score)}")),
            El("p", Class("sentence"), score.Caption.Length > 0 ? $"“{score.Caption}”" : "nothing said"),
            shown.Picture is { } picture ? El("div", Class("strip"), Picture(picture, score)) : El("p", Class("quiet"), "The picture could not be read."),
            El("p", Class("quiet"), $"image {score.Id} · the dataset says “{score.Reference}”"));
    }

    private static XElement Picture(CasePicture picture, CaptionScore score) => El(
        "figure",
        El("img", Attr("src", "data:image/png;base64," + Convert.ToBase64String(picture.Png)), Attr("width", picture.Width), Attr("height", picture.Height), Attr("loading", "lazy"),
            Attr("alt", $"Image {score.Id}: predicted masks hatched, true masks outlined")),
        El("figcaption", $"{Counted(score.Masks, "mask")}, {Counted(score.TrueMasks, "true mask")}"));

    private static string Found(CaptionScore score) => string.Create(CultureInfo.InvariantCulture, $"{score.Found}/{score.Phrases}");
}
