using Sa2VA.Datasets;
using Sa2VA.Evaluation.Metrics;
using Sa2VA.Evaluation.Reports.Cases;
using Sa2VA.Evaluation.Scores;

namespace Sa2VA.Evaluation.Tests.Reports;

public sealed class CaseFinderTests
{
    [Fact]
    public void Best_median_and_worst_of_each_level()
    {
        var cases = Find(("a", 0.4), ("a", 0.9), ("b", 0.3), ("a", 0.1), ("a", 0.5), ("a", 0.9));
        Assert.Equal([("a", CaseKind.Best, "1"), ("a", CaseKind.Median, "4"), ("a", CaseKind.Worst, "3"), ("b", CaseKind.Best, "2")], cases);
    }

    [Fact]
    public void No_expression_is_shown_twice()
        => Assert.Equal([("a", CaseKind.Best, "1"), ("a", CaseKind.Worst, "0")], Find(("a", 0.2), ("a", 0.8)));

    private static IEnumerable<(string, CaseKind, string)> Find(params (string Level, double Score)[] expressions)
    {
        var scores = expressions.Select((e, i) => new ExpressionScore("v", new ReferringExpression($"{i}", "x", e.Level), ClipScore.Of([new FrameScore(e.Score, e.Score, 1, null, 1, 1, 1)])));
        return CaseFinder.Find(new SplitScores("made", [.. scores])).Select(c => (c.Level, c.Kind, c.Score.Expression.Id));
    }
}
