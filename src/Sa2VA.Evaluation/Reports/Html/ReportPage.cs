using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Sa2VA.Evaluation.Running;
using static Sa2VA.Evaluation.Reports.Html.Markup;

namespace Sa2VA.Evaluation.Reports.Html;

/// <summary>What all report pages have: one file for people, without scripts and without anything from elsewhere.</summary>
internal static class ReportPage
{
    /// <summary>Writes a page in UTF-8.</summary>
    public static void Write(Stream target, string title, params object?[] content)
    {
        var page = El(
            "html", Attr("lang", "en"),
            El("head",
                El("meta", Attr("charset", "utf-8")),
                El("meta", Attr("name", "viewport"), Attr("content", "width=device-width, initial-scale=1")),
                El("meta", Attr("name", "color-scheme"), Attr("content", "light dark")),
                El("title", title),
                El("style", Style())),
            El("body", El("main", content)));
        using var xml = XmlWriter.Create(target, new XmlWriterSettings { OmitXmlDeclaration = true, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) });
        new XDocument(new XDocumentType("html", null, null, null), page).Save(xml);
    }

    /// <summary>Whose predictions, and how they were made.</summary>
    public static XElement Head(string kicker, string title, IReadOnlyList<KeyValuePair<string, string>> settings, MissingPredictions missing, DateTimeOffset created)
    {
        var shown = settings.Select(s => (Name: s.Key, s.Value))
            .Append(("missing predictions", Missing(missing)))
            .Append(("made", created.ToString("yyyy-MM-dd HH:mm K", CultureInfo.InvariantCulture)));
        return El(
            "header", Class("page"),
            El("p", Class("kicker"), kicker),
            El("h1", title),
            El("dl", Class("settings"), shown.Select(s => El("div", El("dt", s.Item1), El("dd", s.Item2)))));
    }

    /// <summary>Numbers to see first.</summary>
    public static XElement Tiles(IEnumerable<(string Name, double? Value, string Hint)> tiles) => El(
        "div", Class("tiles"), tiles.Where(t => t.Value.HasValue).Select((t, i) => El(
            "div", Class(i == 0 ? "tile first" : "tile"), El("b", ScoreTable.Percent(t.Value)), El("span", t.Name), El("small", t.Hint))));

    /// <summary>A list with many rows.</summary>
    public static XElement Table(IReadOnlyList<string> columns, IEnumerable<string[]> rows) => El(
        "div", Class("scroll"), Attr("tabindex", 0), Attr("role", "region"), Attr("aria-label", columns[^1]),
        El("table", Class("list"),
            El("thead", El("tr", columns.Select(c => El("th", Attr("scope", "col"), c)))),
            El("tbody", rows.Select(row => El("tr", row.Select(cell => El("td", cell)))))));

    public static XElement Chart(string title, XElement svg) => El("figure", Class("chart"), El("figcaption", title), svg);

    /// <summary>What the colours of the pictures mean.</summary>
    public static XElement Legend() => El(
        "p", Class("legend"),
        El("span", Class("key prediction"), ""), " prediction, hatched ", El("span", Class("key truth"), ""), " truth, outlined");

    /// <summary>What the numbers mean, and who made them.</summary>
    public static XElement Foot(string meaning) => El(
        "footer",
        El("p", meaning),
        El("p", $"Made by sa2va {typeof(ReportPage).Assembly.GetName().Version?.ToString(3)}. Every number is in report.json, next to this file."));

    /// <summary>"1 video", "2 videos".</summary>
    public static string Counted(int count, string word) => count.ToString("N0", CultureInfo.InvariantCulture) + " " + word + (count == 1 ? "" : "s");

    private static string Missing(MissingPredictions missing) => missing switch
    {
        MissingPredictions.Absent => "count as absent",
        MissingPredictions.Skip => "are left out",
        _ => "are an error",
    };

    private static string Style()
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
