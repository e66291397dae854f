using System.Globalization;
using Sa2VA.Evaluation.Scores;

namespace Sa2VA.Evaluation.Reports;

/// <summary>
/// The scores of a split as rows and columns of text, for whichever surface shows them: levels first, then the whole. Shares are in per
/// cent; a column in which nothing has a value is left out.
/// </summary>
public sealed class ScoreTable
{
    private const string Undefined = "–";

    private static readonly (string Title, string Meaning, Func<Summary, string?> Value)[] Known =
    [
        ("expr.", "expressions", s => s.Expressions.ToString("N0", CultureInfo.InvariantCulture)),
        ("J&F", "mean of J and F", s => Percent(s.JAndF)),
        ("J", "region similarity: intersection over union of a frame, mean over frames, then over expressions", s => Percent(s.J)),
        ("F", "boundary measure of a frame, averaged in the same way", s => Percent(s.F)),
        ("cIoU", "all intersections over all unions", s => Percent(s.CumulativeIoU)),
        ("gIoU", "mean intersection over union of an expression's whole clip", s => Percent(s.GeneralizedIoU)),
        ("P@0.5", "share of expressions whose intersection over union is 0.5 or more", s => Percent(s.PrecisionAt?[0])),
        ("P@0.9", "the same for 0.9", s => Percent(s.PrecisionAt?[^1])),
        ("A", "pixel accuracy (ReVOS)", s => s.Robustness is null ? null : Percent(s.Accuracy)),
        ("R", "robustness (ReVOS)", s => Percent(s.Robustness)),
        ("abs.acc", "absent accuracy: share of absent expressions for which nothing was predicted", s => Percent(s.AbsentAccuracy)),
        ("missed", "share of the other expressions for which nothing was predicted", s => Percent(s.FalseAbsentRate)),
    ];

    /// <summary>Makes the table of a split.</summary>
    public ScoreTable(SplitScores split)
    {
        List<(string Name, Summary Summary)> groups = [.. split.Levels.Select(l => (l.Name, l.Summary)), ("overall", split.Overall)];
        // A single level is the whole.
        if (split.Levels.Count == 1) groups.RemoveAt(0);
        var shown = Known.Where(column => groups.Any(g => column.Value(g.Summary) is not null)).ToList();
        Columns = [.. shown.Select(column => new Column(column.Title, column.Meaning))];
        Rows = [.. groups.Select(g => new Row(g.Name, [.. shown.Select(column => column.Value(g.Summary) ?? Undefined)]))];
    }

    /// <summary>The columns after the name.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>A row for each level, then one for all.</summary>
    public IReadOnlyList<Row> Rows { get; }

    /// <summary>A share as people read it: 0.8312 is 83.1.</summary>
    public static string? Percent(double? share) => share is { } value ? (value * 100).ToString("0.0", CultureInfo.InvariantCulture) : null;

    /// <summary>A column.</summary>
    /// <param name="Title">As short as tables need it.</param>
    /// <param name="Meaning">For a legend.</param>
    public sealed record Column(string Title, string Meaning);

    /// <summary>A row: the name of the group, and a cell for each column.</summary>
    public sealed record Row(string Name, IReadOnlyList<string> Cells);
}
