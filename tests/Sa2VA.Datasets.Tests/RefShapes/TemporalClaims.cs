namespace Sa2VA.Datasets.Tests.RefShapes;

/// <summary>The claims of time.</summary>
internal static class TemporalClaims
{
    private const int Clearly = 4;

    public static Finding ComesLater(Observation seen, int index) =>
        new(seen.First(index) >= Clearly && seen.Outside(index, 0), seen.First(index) is 0 or 1);

    public static Finding LastToAppear(Observation seen, int index, IReadOnlyList<int> candidates)
    {
        var latest = candidates.Where(c => c != index).Max(seen.First);
        return new Finding(seen.First(index) >= latest + Clearly, seen.First(index) + Clearly <= latest);
    }

    public static Finding FirstToLeave(Observation seen, int index, IReadOnlyList<int> candidates)
    {
        var earliest = candidates.Where(c => c != index).Min(c => Leaves(seen, c));
        return new Finding(Leaves(seen, index) + Clearly <= earliest, Leaves(seen, index) >= earliest + Clearly || Leaves(seen, index) == seen.Frames);
    }

    public static Finding LeavesAndReturns(Observation seen, int index)
    {
        var gap = LongestGap(seen, index);
        return new Finding(gap >= Clearly && Leaves(seen, index) < seen.Last(index), gap < 4);
    }

    public static Finding LeavesForGood(Observation seen, int index) =>
        new(seen.Outside(index, seen.Frames - 1) && seen.Last(index) < seen.Frames - Clearly, seen.Last(index) >= seen.Frames - 2);

    public static Finding AlwaysThere(Observation seen, int index) => new(
        seen.Share(index) >= 0.98, seen.First(index) >= Clearly || LongestGap(seen, index) >= Clearly || seen.Last(index) < seen.Frames - Clearly);

    /// <summary>The first frame in which it is over the edge after being seen; the number of frames when it never is.</summary>
    private static int Leaves(Observation seen, int index)
    {
        var first = seen.First(index);
        return first < 0 ? seen.Frames : Enumerable.Range(first, seen.Frames - first).FirstOrDefault(f => seen.Outside(index, f), seen.Frames);
    }

    /// <summary>The longest time unseen between two times seen.</summary>
    private static int LongestGap(Observation seen, int index)
    {
        var (longest, gap) = (0, 0);
        for (var f = Math.Max(0, seen.First(index)); f <= seen.Last(index); f++)
        {
            gap = seen.Seen(index, f) ? 0 : gap + 1;
            longest = Math.Max(longest, gap);
        }

        return longest;
    }
}
