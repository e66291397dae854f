namespace Sa2VA.Datasets.Tests.RefShapes;

/// <summary>The claims of place.</summary>
internal static class RelationClaims
{
    public static Finding Beside(Observation seen, int index, int reference, float x, float y) => Holds(seen, index, reference, f =>
        (seen.Centre(index, f).X - seen.Centre(reference, f).X) * x + (seen.Centre(index, f).Y - seen.Centre(reference, f).Y) * y);

    public static Finding Closest(Observation seen, int index, int reference, IReadOnlyList<int> candidates) => Holds(seen, index, reference, f =>
        candidates.Where(c => c != index && c != reference && seen.Seen(c, f)).Select(c => Distance(seen, c, reference, f)).Append(1000).Min()
            - Distance(seen, index, reference, f));

    private static double Distance(Observation seen, int one, int other, int frame)
    {
        var (a, b) = (seen.Centre(one, frame), seen.Centre(other, frame));
        return Math.Sqrt((a.X - b.X) * (a.X - b.X) + (a.Y - b.Y) * (a.Y - b.Y));
    }

    private static Finding Holds(Observation seen, int index, int reference, Func<int, double> lead)
    {
        if (index == reference) return new Finding(false, true);
        var together = Enumerable.Range(0, seen.Frames).Where(f => seen.Seen(index, f) && seen.Seen(reference, f)).Select(lead).ToArray();
        return new Finding(
            together.Length > 0 && together.Count(d => d >= 6) >= 0.9 * together.Length, together.Length > 0 && together.Count(d => d >= 0) <= 0.1 * together.Length);
    }
}
