using Sa2VA.Cluster.Verification;
using Sa2VA.Datasets;
using Sa2VA.Evaluation.Metrics;

namespace Sa2VA.Evaluation.Scores;

/// <summary>One sentence about one video, and how well it was answered.</summary>
/// <param name="VideoId">As the dataset calls the video.</param>
/// <param name="Expression">The sentence, its level, and whether nothing is meant by it.</param>
/// <param name="Clip">The scores over the video.</param>
/// <param name="Answer">What the model said; null when it is not known.</param>
public sealed record ExpressionScore(string VideoId, ReferringExpression Expression, ClipScore Clip, string? Answer = null)
{
    /// <summary>What the level is called in reports when the dataset names none.</summary>
    public const string NoLevel = "all";

    /// <summary>What was concluded about its presence; null where that was not verified.</summary>
    public PresenceVerdict? Presence { get; init; }

    /// <summary>The level for reports.</summary>
    public string Level => Expression.Level ?? (Expression.IsAbsent ? "absent" : NoLevel);
}
