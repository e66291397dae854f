namespace Sa2VA.Datasets.RefShapes;

/// <summary>Something besides looks that is said of an object, and the ways to say it.</summary>
internal abstract record Clause
{
    /// <summary>Whether it is true of <paramref name="candidate"/>, one of the <paramref name="candidates"/> that the rest of the sentence leaves.</summary>
    public abstract Verdict Judge(Facts facts, int candidate, IReadOnlyList<int> candidates);
}

/// <summary>A sentence before it is words: looks, and clauses that must all hold.</summary>
internal sealed record Phrase(Description Who, params IReadOnlyList<Clause> Clauses)
{
    /// <summary>The objects of which it is true, or null when it is unclear of one.</summary>
    public List<int>? Meant(Facts facts)
    {
        var objects = facts.Scene.Objects;
        List<int> candidates = [];
        for (var i = 0; i < objects.Count; i++)
        {
            if (Who.Fits(objects[i])) candidates.Add(i);
        }

        List<int> meant = [];
        foreach (var candidate in candidates)
        {
            var verdict = Verdict.Yes;
            foreach (var clause in Clauses)
                verdict = Verdicts.And(verdict, clause.Judge(facts, candidate, candidates));
            if (verdict == Verdict.Unclear) return null;
            if (verdict == Verdict.Yes) meant.Add(candidate);
        }

        return meant;
    }
}
