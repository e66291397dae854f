namespace Sa2VA.Evaluation.Scores;

/// <summary>Averages expressions as the official scripts do: over a clip's frames first, then over expressions, each counting the same.</summary>
public static class SummaryBuilder
{
    /// <summary>
    /// Summarises a group. J, F and what is derived from them leave absent expressions out; the intersections over unions take every
    /// expression in.
    /// </summary>
    public static Summary Of(IReadOnlyCollection<ExpressionScore> scores)
    {
        var present = scores.Where(s => !s.Expression.IsAbsent).ToList();
        var absent = scores.Where(s => s.Expression.IsAbsent).ToList();
        var union = scores.Sum(s => s.Clip.Union);
        return new Summary
        {
            Expressions = scores.Count,
            Absent = absent.Count,
            Frames = scores.Sum(s => (long)s.Clip.Frames),
            J = Mean(present, s => s.Clip.J),
            F = Mean(present, s => s.Clip.F),
            JRecall = Mean(present, s => s.Clip.JRecall),
            FRecall = Mean(present, s => s.Clip.FRecall),
            Accuracy = Mean(present, s => s.Clip.Accuracy),
            Robustness = Mean([.. present.Where(s => s.Clip.Robustness.HasValue)], s => s.Clip.Robustness!.Value),
            CumulativeIoU = present.Count == 0 || union == 0 ? null : (double)scores.Sum(s => s.Clip.Intersection) / union,
            GeneralizedIoU = Mean(scores, s => s.Clip.IoU),
            PrecisionAt = scores.Count == 0 ? null : [.. Summary.Thresholds.Select(t => scores.Average(s => s.Clip.IoU >= t ? 1.0 : 0.0))],
            AbsentAccuracy = Mean(absent, s => s.Clip.IsEmpty ? 1 : 0),
            FalseAbsentRate = Mean(present, s => s.Clip.IsEmpty ? 1 : 0),
            Quarters = Quarters(present),
        };
    }

    /// <summary>ReVOS's overall score: the plain mean of its types, however many expressions each has. Counts and IoUs stay those of the whole.</summary>
    public static Summary MeanOf(Summary whole, IReadOnlyCollection<Summary> types) => whole with
    {
        J = types.Average(t => t.J),
        F = types.Average(t => t.F),
        JRecall = types.Average(t => t.JRecall),
        FRecall = types.Average(t => t.FRecall),
        Accuracy = types.Average(t => t.Accuracy),
        Robustness = types.Average(t => t.Robustness),
    };

    private static double? Mean(IReadOnlyCollection<ExpressionScore> scores, Func<ExpressionScore, double> value)
        => scores.Count == 0 ? null : scores.Average(value);

    private static double[]? Quarters(IReadOnlyList<ExpressionScore> present)
    {
        var timed = present.Where(s => s.Clip.Quarters is not null).ToList();
        return timed.Count == 0 ? null : [.. Enumerable.Range(0, 4).Select(q => timed.Average(s => s.Clip.Quarters![q]))];
    }
}
