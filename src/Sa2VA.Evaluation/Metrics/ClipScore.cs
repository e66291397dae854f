namespace Sa2VA.Evaluation.Metrics;

/// <summary>How well the masks of one expression fit over a whole clip. Means are over all frames, the first and the last included.</summary>
public sealed record ClipScore
{
    /// <summary>Number of frames.</summary>
    public required int Frames { get; init; }

    /// <summary>Mean region similarity.</summary>
    public required double J { get; init; }

    /// <summary>Mean boundary measure.</summary>
    public required double F { get; init; }

    /// <summary>Share of frames whose J is above one half.</summary>
    public required double JRecall { get; init; }

    /// <summary>Share of frames whose F is above one half.</summary>
    public required double FRecall { get; init; }

    /// <summary>Mean pixel accuracy.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean robustness; null where the dataset has no foreground masks.</summary>
    public required double? Robustness { get; init; }

    /// <summary>Pixels in both masks, over the clip.</summary>
    public required long Intersection { get; init; }

    /// <summary>Pixels in either mask, over the clip.</summary>
    public required long Union { get; init; }

    /// <summary>Pixels predicted, over the clip.</summary>
    public required long Predicted { get; init; }

    /// <summary>Mean J&amp;F of each quarter of the clip's time; null when it is shorter than four frames.</summary>
    public required IReadOnlyList<double>? Quarters { get; init; }

    /// <summary>The mean of J and F.</summary>
    public double JAndF => (J + F) / 2;

    /// <summary>Intersection over union of the whole clip; 1 when both are empty. For an image it is the usual IoU.</summary>
    public double IoU => Union == 0 ? 1 : (double)Intersection / Union;

    /// <summary>Whether nothing was predicted on any frame.</summary>
    public bool IsEmpty => Predicted == 0;

    /// <summary>Summarises the frames of a clip, in order.</summary>
    public static ClipScore Of(IReadOnlyList<FrameScore> frames)
    {
        if (frames.Count == 0) throw new ArgumentException("A clip has at least one frame.", nameof(frames));
        return new ClipScore
        {
            Frames = frames.Count,
            J = frames.Average(f => f.J),
            F = frames.Average(f => f.F),
            JRecall = frames.Average(f => f.J > 0.5 ? 1.0 : 0.0),
            FRecall = frames.Average(f => f.F > 0.5 ? 1.0 : 0.0),
            Accuracy = frames.Average(f => f.Accuracy),
            Robustness = frames.All(f => f.Robustness.HasValue) ? frames.Average(f => f.Robustness) : null,
            Intersection = frames.Sum(f => f.Intersection),
            Union = frames.Sum(f => f.Union),
            Predicted = frames.Sum(f => f.Predicted),
            Quarters = QuartersOf(frames),
        };
    }

    private static double[]? QuartersOf(IReadOnlyList<FrameScore> frames)
    {
        if (frames.Count < 4) return null;
        var quarters = new double[4];
        for (var q = 0; q < quarters.Length; q++)
        {
            var (from, to) = (q * frames.Count / 4, (q + 1) * frames.Count / 4);
            for (var i = from; i < to; i++) quarters[q] += (frames[i].J + frames[i].F) / 2;
            quarters[q] /= to - from;
        }

        return quarters;
    }
}
