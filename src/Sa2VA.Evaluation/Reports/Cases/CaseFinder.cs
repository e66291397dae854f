using Sa2VA.Evaluation.Scores;

namespace Sa2VA.Evaluation.Reports.Cases;

/// <summary>Chooses what to look at: of each level the best, the median and the worst expression by J&amp;F.</summary>
public static class CaseFinder
{
    /// <summary>Up to three cases a level, in the order of the levels. Of equal scores the first in the dataset is taken.</summary>
    public static IReadOnlyList<Case> Find(SplitScores split)
    {
        var cases = new List<Case>();
        var byLevel = split.Expressions.ToLookup(e => e.Level);
        foreach (var level in split.Levels)
        {
            var ranked = byLevel[level.Name].OrderByDescending(e => e.Clip.JAndF).ToList();
            cases.Add(new Case(level.Name, CaseKind.Best, ranked[0]));
            if (ranked.Count > 2) cases.Add(new Case(level.Name, CaseKind.Median, ranked[ranked.Count / 2]));
            if (ranked.Count > 1) cases.Add(new Case(level.Name, CaseKind.Worst, ranked[^1]));
        }

        return cases;
    }
}
