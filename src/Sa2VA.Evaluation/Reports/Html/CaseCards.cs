using System.Globalization;
using System.Xml.Linq;
using Sa2VA.Evaluation.Reports.Cases;
using Sa2VA.Evaluation.Scores;
using static Sa2VA.Evaluation.Reports.Html.Markup;

namespace Sa2VA.Evaluation.Reports.Html;

/// <summary>The cases of each level as cards with a strip of pictures.</summary>
internal static class CaseCards
{
    public static IEnumerable<XElement> Of(IReadOnlyList<CaseStrip> strips)
    {
        foreach (var level in strips.GroupBy(s => s.Case.Level))
        {
            yield return El("h3", Title(level.Key));
            yield return El("div", Class("cards"), level.Select(Card));
        }
    }

    /// <summary>The name of a level as a heading.</summary>
    public static string Title(string level) => level.Length == 0 ? level : char.ToUpperInvariant(level[0]) + level[1..];

    private static XElement Card(CaseStrip strip)
    {
        var (kind, score) = (strip.Case.Kind.ToString(), strip.Case.Score);
        return El(
            "article", Class("case"),
            El("header", El("span", Class("badge " + kind.ToLowerInvariant()), kind), El("span", Class("score"), Verdict(score))),
            El("p", Class("sentence"), $"“{score.Expression.Text}”"),
            strip.Pictures.Count == 0
                ? El("p", Class("quiet"), "The frames of this video could not be read.")
                : El("div", Class("strip"), Attr("tabindex", 0), Attr("role", "group"), Attr("aria-label", $"Frames of video {score.VideoId}"), strip.Pictures.Select(p => Picture(p, score))),
            El("p", Class("quiet"), $"video {score.VideoId} · expression {score.Expression.Id} · {score.Clip.Frames} frames"
                + (score.Answer is { Length: > 0 } answer ? $" · answered “{answer.Trim()}”" : "")));
    }

    private static string Verdict(ExpressionScore score) => score.Expression.IsAbsent
        ? score.Clip.IsEmpty ? "rightly nothing found" : $"found something on {ScoreTable.Percent(1 - score.Clip.J)} % of frames"
        : score.Clip.IsEmpty ? "nothing found" : $"J&F {ScoreTable.Percent(score.Clip.JAndF)} · J {ScoreTable.Percent(score.Clip.J)} · F {ScoreTable.Percent(score.Clip.F)}";

    private static XElement Picture(CasePicture picture, ExpressionScore score)
    {
        var caption = string.Create(CultureInfo.InvariantCulture, $"frame {picture.Frame} · J {ScoreTable.Percent(picture.J)}");
        return El(
            "figure",
            El("img", Attr("src", "data:image/png;base64," + Convert.ToBase64String(picture.Png)), Attr("width", picture.Width), Attr("height", picture.Height), Attr("loading", "lazy"),
                Attr("alt", $"Video {score.VideoId}, {caption}: prediction hatched, truth outlined")),
            El("figcaption", caption));
    }
}
