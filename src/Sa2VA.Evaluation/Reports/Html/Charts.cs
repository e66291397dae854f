using System.Globalization;
using System.Xml.Linq;
using Sa2VA.Evaluation.Scores;
using static Sa2VA.Evaluation.Reports.Html.Markup;

namespace Sa2VA.Evaluation.Reports.Html;

/// <summary>Small charts as inline SVG. Colours come from the page's style, so that they follow light and dark.</summary>
internal static class Charts
{
    private const int Width = 360;
    private const int Height = 178;
    private const int Left = 34;
    private const int Bottom = 26;
    private const int Top = 20;
    private const int Right = 14;
    private const int Bins = 20;

    private static double PlotWidth => Width - Left - Right;

    private static double PlotHeight => Height - Top - Bottom;

    /// <summary>How many expressions score how much, in steps of five points, with a mark at the median.</summary>
    public static XElement Distribution(IReadOnlyList<ExpressionScore> present) => Distribution([.. present.Select(s => s.Clip.JAndF)], "J&F", "expressions");

    /// <summary>The same of other shares.</summary>
    /// <param name="shares">From 0 to 1; at least one.</param>
    /// <param name="what">What they are.</param>
    /// <param name="of">Whose they are, as a plural.</param>
    public static XElement Distribution(IReadOnlyList<double> shares, string what, string of)
    {
        var counts = new int[Bins];
        foreach (var share in shares) counts[Math.Min(Bins - 1, (int)(share * Bins))]++;
        var most = counts.Max();
        var sorted = shares.Order().ToArray();
        var median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        var svg = Canvas($"Distribution of {what} over {shares.Count} {of}; the median is {ScoreTable.Percent(median)}.");
        svg.Add(Axis(most.ToString("N0", CultureInfo.InvariantCulture), ["0", "25", "50", "75", "100"]));
        for (var bin = 0; bin < Bins; bin++)
        {
            var height = most == 0 ? 0 : PlotHeight * counts[bin] / most;
            svg.Add(El("rect", Class("bar"), At("x", Left + PlotWidth * bin / Bins + 1), At("width", PlotWidth / Bins - 2), At("y", Top + PlotHeight - height), At("height", height), Attr("rx", 1.5),
                El("title", string.Create(CultureInfo.InvariantCulture, $"{bin * 5} to {bin * 5 + 5}: {counts[bin]}"))));
        }

        var x = Left + PlotWidth * median;
        svg.Add(
            El("line", Class("mark"), At("x1", x), At("x2", x), At("y1", Top - 8), At("y2", Top + PlotHeight)),
            El("text", Class("note"), At("x", x < Width / 2 ? x + 4 : x - 4), At("y", Top - 6), Attr("text-anchor", x < Width / 2 ? "start" : "end"), $"median {ScoreTable.Percent(median)}"));
        return svg;
    }

    /// <summary>J&amp;F of each quarter of the clips' time.</summary>
    public static XElement OverTime(IReadOnlyList<double> quarters)
        => Columns("J&F by quarter of the clip", quarters, ["1st quarter", "2nd", "3rd", "last"]);

    /// <summary>Share of expressions that reach each threshold of intersection over union.</summary>
    public static XElement Precision(IReadOnlyList<double> precision)
        => Columns(
            "Share of expressions at each threshold", precision,
            [.. Summary.Thresholds.Select(t => "≥ " + t.ToString("0.0", CultureInfo.InvariantCulture))]);

    private static XElement Columns(string title, IReadOnlyList<double> shares, IReadOnlyList<string> names)
    {
        var svg = Canvas($"{title}: {string.Join(", ", names.Zip(shares, (n, s) => $"{n} {ScoreTable.Percent(s)}"))}.");
        svg.Add(Axis("100", []));
        var step = PlotWidth / shares.Count;
        for (var i = 0; i < shares.Count; i++)
        {
            var (height, centre) = (PlotHeight * shares[i], Left + step * (i + 0.5));
            svg.Add(
                El("rect", Class("bar"), At("x", centre - step * 0.32), At("width", step * 0.64), At("y", Top + PlotHeight - height), At("height", height), Attr("rx", 2)),
                El("text", Class("value"), At("x", centre), At("y", Math.Max(Top + 10, Top + PlotHeight - height - 5)), Attr("text-anchor", "middle"), ScoreTable.Percent(shares[i])),
                El("text", Class("tick"), At("x", centre), At("y", Height - 8), Attr("text-anchor", "middle"), names[i]));
        }

        return svg;
    }

    private static XElement Canvas(string description) => El(
        "svg", Attr("viewBox", $"0 0 {Width} {Height}"), Attr("role", "img"), Attr("aria-label", description));

    private static IEnumerable<XElement> Axis(string most, IReadOnlyList<string> ticks)
    {
        yield return El("line", Class("axis"), At("x1", Left), At("x2", Width - Right), At("y1", Top + PlotHeight), At("y2", Top + PlotHeight));
        yield return El("line", Class("grid"), At("x1", Left), At("x2", Width - Right), At("y1", Top), At("y2", Top));
        yield return El("text", Class("tick"), At("x", Left - 5), At("y", Top + 4), Attr("text-anchor", "end"), most);
        yield return El("text", Class("tick"), At("x", Left - 5), At("y", Top + PlotHeight + 4), Attr("text-anchor", "end"), "0");
        for (var i = 0; i < ticks.Count; i++)
            yield return El("text", Class("tick"), At("x", Left + PlotWidth * i / (ticks.Count - 1)), At("y", Height - 8), Attr("text-anchor", "middle"), ticks[i]);
    }

    private static XAttribute At(string name, double value) => new(name, Math.Round(value, 2).ToString(CultureInfo.InvariantCulture));
}
