namespace Sa2VA.Datasets.RefShapes;

internal enum Relation
{
    LeftOf,
    RightOf,
    Above,
    Below,
    Closest,
}

/// <summary>Where an object is beside another, in nearly all frames in which both are seen.</summary>
internal sealed record RelationClause(Relation Relation, int Reference, Description ReferenceWords) : Clause
{
    /// <summary>Pixels between the centres, for a direction; pixels that the closest must be closer than the next.</summary>
    private const float ClearMargin = 12;

    private const float CloserMargin = 8;
    private const float NearlyAlways = 0.92f;
    private const float HardlyEver = 0.08f;
    private const int FewestTogether = 8;

    public override Verdict Judge(Facts facts, int candidate, IReadOnlyList<int> candidates)
    {
        if (candidate == Reference) return Verdict.No;
        var timeline = facts.Timeline;
        var (together, clear, loose) = (0, 0, 0);
        for (var s = 0; s < timeline.Samples; s++)
        {
            if (!timeline.Seen(candidate, s) || !timeline.Seen(Reference, s)) continue;
            together++;
            var lead = Lead(timeline, candidate, candidates, s);
            if (lead >= (Relation == Relation.Closest ? CloserMargin : ClearMargin)) clear++;
            if (lead >= 0) loose++;
        }

        if (together < FewestTogether || together < timeline.Samples * 0.2f) return Verdict.Unclear;
        return Verdicts.Of(clear >= together * NearlyAlways, loose <= together * HardlyEver);
    }

    /// <summary>Pixels by which it holds; negative when it does not.</summary>
    private float Lead(Timeline timeline, int candidate, IReadOnlyList<int> candidates, int sample)
    {
        var (x, y) = timeline.Centre(candidate, sample);
        var (refX, refY) = timeline.Centre(Reference, sample);
        switch (Relation)
        {
            case Relation.LeftOf: return refX - x;
            case Relation.RightOf: return x - refX;
            case Relation.Above: return refY - y;
            case Relation.Below: return y - refY;
            default:
                var next = float.MaxValue;
                foreach (var other in candidates)
                {
                    if (other != candidate && other != Reference && timeline.Seen(other, sample))
                        next = MathF.Min(next, Distance(timeline.Centre(other, sample)));
                }

                return next - Distance((x, y));
        }

        float Distance((float X, float Y) p) => MathF.Sqrt((p.X - refX) * (p.X - refX) + (p.Y - refY) * (p.Y - refY));
    }
}
