namespace Sa2VA.Datasets.RefShapes;

internal enum Temporal
{
    LastToAppear,
    FirstToLeave,
    LeavesAndReturns,
    ComesLater,
    LeavesForGood,
    AlwaysThere,
}

/// <summary>When an object is there. Behind a wall is not away, so what hides for long is never plainly there or away.</summary>
internal sealed record TemporalClause(Temporal Temporal) : Clause
{
    public override Verdict Judge(Facts facts, int candidate, IReadOnlyList<int> candidates)
    {
        var here = facts.Presence(candidate);
        if (here.First < 0) return Verdict.Unclear;
        var samples = facts.Timeline.Samples;
        // Half a second or so.
        var clear = Math.Max(5, samples / 60);
        switch (Temporal)
        {
            case Temporal.ComesLater: return ComesLater(here, clear);
            case Temporal.LastToAppear:
            {
                if (candidates.Count < 2) return Verdict.Unclear;
                var (latest, earliest) = Others(facts, candidate, candidates, p => p.First);
                if (earliest < 0) return Verdict.Unclear;
                return Verdicts.Of(ComesLater(here, clear) == Verdict.Yes && here.First >= latest + clear, here.First + clear <= latest);
            }

            case Temporal.FirstToLeave:
            {
                if (candidates.Count < 2) return Verdict.Unclear;
                var (_, earliest) = Others(facts, candidate, candidates, p => p.First < 0 ? -1 : p.Leaves);
                if (earliest < 0) return Verdict.Unclear;
                return Verdicts.Of(here.Leaves < samples && here.Leaves <= earliest - clear, here.Leaves >= (long)earliest + clear || here.Leaves == int.MaxValue);
            }

            case Temporal.LeavesAndReturns:
                return Verdicts.Of(
                    here.Returns && here.LongestAway >= clear && samples - here.Last <= samples / 2, here.Hidden < 3 && here.LongestAway == 0 || here is { LongestAway: > 0, Returns: false, Hidden: < 3 });
            case Temporal.LeavesForGood:
                return Verdicts.Of(
                    here.EndsOutside && !here.Returns && samples - here.Leaves >= clear && here.Hidden < 3, !here.EndsOutside && samples - here.Last <= 1);
            default:
                return Verdicts.Of(
                    here is { First: 0, LongestAway: 0 } && here.Share >= 0.99f, here.LongestAway >= clear || ComesLater(here, clear) == Verdict.Yes);
        }
    }

    /// <summary>Outside at first, and in well after the start; not merely out from behind something.</summary>
    private static Verdict ComesLater(in PresenceFacts here, int clear) => Verdicts.Of(here.StartsOutside && here.First >= clear, here.First == 0);

    private static (int Latest, int Earliest) Others(Facts facts, int candidate, IReadOnlyList<int> candidates, Func<PresenceFacts, int> of)
    {
        var (latest, earliest) = (int.MinValue, int.MaxValue);
        foreach (var other in candidates)
        {
            if (other == candidate) continue;
            var at = of(facts.Presence(other));
            (latest, earliest) = (Math.Max(latest, at), Math.Min(earliest, at));
        }

        return (latest, earliest);
    }
}
