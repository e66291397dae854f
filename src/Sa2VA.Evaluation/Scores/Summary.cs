namespace Sa2VA.Evaluation.Scores;

/// <summary>
/// The scores of a group of expressions: a split, a level, a video. Shares lie between 0 and 1. A value is null when nothing in the
/// group defines it, so that no report shows a number that stands for nothing.
/// </summary>
public sealed record Summary
{
    /// <summary>The thresholds of <see cref="PrecisionAt"/>.</summary>
    public static IReadOnlyList<double> Thresholds { get; } = [0.5, 0.6, 0.7, 0.8, 0.9];

    /// <summary>Number of expressions.</summary>
    public required int Expressions { get; init; }

    /// <summary>How many of them mean nothing in their video.</summary>
    public required int Absent { get; init; }

    /// <summary>Number of scored frames, counted once for each expression.</summary>
    public required long Frames { get; init; }

    /// <summary>Mean J of the expressions that mean something.</summary>
    public required double? J { get; init; }

    /// <summary>Mean F of the same.</summary>
    public required double? F { get; init; }

    /// <summary>Mean share of frames with J above one half.</summary>
    public required double? JRecall { get; init; }

    /// <summary>Mean share of frames with F above one half.</summary>
    public required double? FRecall { get; init; }

    /// <summary>Mean pixel accuracy.</summary>
    public required double? Accuracy { get; init; }

    /// <summary>Mean robustness (ReVOS); null without foreground masks.</summary>
    public required double? Robustness { get; init; }

    /// <summary>Sum of intersections over sum of unions, of all expressions; null when all are absent, or nothing is seen and nothing predicted.</summary>
    public required double? CumulativeIoU { get; init; }

    /// <summary>Mean of every expression's own intersection over union, which is 1 when rightly nothing was predicted.</summary>
    public required double? GeneralizedIoU { get; init; }

    /// <summary>Share of expressions whose own intersection over union reaches each of <see cref="Thresholds"/>.</summary>
    public required IReadOnlyList<double>? PrecisionAt { get; init; }

    /// <summary>Share of absent expressions for which no frame has a prediction.</summary>
    public required double? AbsentAccuracy { get; init; }

    /// <summary>Share of the other expressions for which no frame has a prediction.</summary>
    public required double? FalseAbsentRate { get; init; }

    /// <summary>Mean J&amp;F of the quarters of the clips' time; null when every clip is shorter than four frames.</summary>
    public required IReadOnlyList<double>? Quarters { get; init; }

    /// <summary>The mean of <see cref="J"/> and <see cref="F"/>.</summary>
    public double? JAndF => (J + F) / 2;

    /// <summary>How much J&amp;F falls from the first quarter to the last.</summary>
    public double? Decay => Quarters is { } quarters ? quarters[0] - quarters[^1] : null;
}
