using Sa2VA.Datasets;
using Sa2VA.Evaluation.Metrics;
using Sa2VA.Evaluation.Reports;
using Sa2VA.Evaluation.Scores;

namespace Sa2VA.Evaluation.Tests.Reports;

public sealed class ScoreTableTests
{
    [Fact]
    public async Task Levels_are_rows_and_the_last_row_is_all_of_them()
    {
        var table = new ScoreTable((await SampleReport.MakeAsync()).Split);
        Assert.Equal(["attribute", "motion", "absent", "overall"], table.Rows.Select(r => r.Name));
        Assert.Equal(["expr.", "J&F", "J", "F", "cIoU", "gIoU", "P@0.5", "P@0.9", "abs.acc", "missed"], table.Columns.Select(c => c.Title));
        Assert.All(table.Rows, row => Assert.Equal(table.Columns.Count, row.Cells.Count));
        Assert.Equal(("4", "–", "75.0", "–"), (table.Rows[2].Cells[0], table.Rows[2].Cells[1], table.Rows[2].Cells[8], table.Rows[2].Cells[9]));
        Assert.Equal("25.0", table.Rows[1].Cells[9]);
    }

    [Fact]
    public void A_column_shows_only_when_something_has_a_value()
    {
        var table = Of(robustness: 0.25);
        Assert.Equal(["expr.", "J&F", "J", "F", "cIoU", "gIoU", "P@0.5", "P@0.9", "A", "R", "missed"], table.Columns.Select(c => c.Title));
        var row = Assert.Single(table.Rows);
        Assert.Equal("overall", row.Name);
        Assert.Equal(["1", "60.0", "50.0", "70.0", "50.0", "50.0", "100.0", "0.0", "90.0", "25.0", "0.0"], row.Cells);
        Assert.DoesNotContain("A", Of(robustness: null).Columns.Select(c => c.Title));
    }

    private static ScoreTable Of(double? robustness)
        => new(new SplitScores("made", [new ExpressionScore("v", new ReferringExpression("0", "x"), ClipScore.Of([new FrameScore(0.5, 0.7, 0.9, robustness, 1, 2, 2)]))]));
}
