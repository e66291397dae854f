using Sa2VA.Cluster.Verification;
using Sa2VA.Evaluation.Scores;

namespace Sa2VA.Evaluation.Presences;

/// <summary>How far conclusions about presence can be relied on, over sentences with known truth. Shares are null where there is nothing to count.</summary>
/// <param name="Verified">Sentences with a conclusion.</param>
/// <param name="Unsure">Share of them that is left to a person.</param>
/// <param name="PresentPrecision">Share of what is called present that is.</param>
/// <param name="PresentRecall">Share of what is there that is called present.</param>
/// <param name="AbsentPrecision">Share of what is called absent that is.</param>
/// <param name="AbsentRecall">Share of what is not there that is called absent.</param>
public sealed record PresenceSummary(int Verified, double Unsure, double? PresentPrecision, double? PresentRecall, double? AbsentPrecision, double? AbsentRecall)
{
    /// <summary>The summary of a split; null when nothing was verified.</summary>
    public static PresenceSummary? Of(SplitScores split)
    {
        ArgumentNullException.ThrowIfNull(split);
        var verified = split.Expressions.Where(score => score.Presence is not null).Select(score => (Called: score.Presence!.Presence, score.Expression.IsAbsent)).ToList();
        if (verified.Count == 0) return null;
        return new PresenceSummary(
            verified.Count, verified.Count(one => one.Called == Presence.Unsure) / (double)verified.Count,
            Share(verified.Where(one => one.Called == Presence.Present), one => !one.IsAbsent), Share(verified.Where(one => !one.IsAbsent), one => one.Called == Presence.Present),
            Share(verified.Where(one => one.Called == Presence.Absent), one => one.IsAbsent), Share(verified.Where(one => one.IsAbsent), one => one.Called == Presence.Absent));
    }

    private static double? Share<T>(IEnumerable<T> of, Func<T, bool> which)
    {
        var all = of.ToList();
        return all.Count == 0 ? null : all.Count(which) / (double)all.Count;
    }
}
