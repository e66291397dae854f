namespace Sa2VA.Evaluation.Scores;

/// <summary>Everything scored on one split of a dataset.</summary>
public sealed class SplitScores
{
    // ReVOS averages these two types of sentence, not their expressions.
    private static readonly string[] RevosTypes = ["reasoning", "referring"];

    /// <summary>Groups the scores, which come in the order of the dataset.</summary>
    /// <param name="name">Name of the dataset and split.</param>
    /// <param name="expressions">What was scored.</param>
    /// <param name="skipped">How many expressions were left out.</param>
    public SplitScores(string name, IReadOnlyList<ExpressionScore> expressions, int skipped = 0)
    {
        (Name, Expressions, Skipped) = (name, expressions, skipped);
        Levels = [.. expressions.GroupBy(e => e.Level).OrderBy(g => g.All(e => e.Expression.IsAbsent)).Select(g => new NamedSummary(g.Key, SummaryBuilder.Of([.. g])))];
        Videos = [.. expressions.GroupBy(e => e.VideoId).Select(g => new NamedSummary(g.Key, SummaryBuilder.Of([.. g])))];
        var whole = SummaryBuilder.Of(expressions);
        var types = Levels.Where(l => l.Summary.J is not null).OrderBy(l => l.Name, StringComparer.Ordinal).ToList();
        IsMeanOfTypes = types.Select(t => t.Name).SequenceEqual(RevosTypes);
        Overall = IsMeanOfTypes ? SummaryBuilder.MeanOf(whole, [.. types.Select(t => t.Summary)]) : whole;
    }

    /// <summary>Name of the dataset and split.</summary>
    public string Name { get; }

    /// <summary>Expressions without a prediction, which are in no score.</summary>
    public int Skipped { get; }

    /// <summary>The whole split.</summary>
    public Summary Overall { get; }

    /// <summary>Whether <see cref="Overall"/> is the plain mean of ReVOS's two types instead of the mean over expressions.</summary>
    public bool IsMeanOfTypes { get; }

    /// <summary>By level, in the order in which levels first appear, but those that are absent altogether at the end.</summary>
    public IReadOnlyList<NamedSummary> Levels { get; }

    /// <summary>By video, in the order of the dataset.</summary>
    public IReadOnlyList<NamedSummary> Videos { get; }

    /// <summary>Every expression, in the order of the dataset.</summary>
    public IReadOnlyList<ExpressionScore> Expressions { get; }
}

/// <summary>The scores of one level or one video.</summary>
public sealed record NamedSummary(string Name, Summary Summary);
