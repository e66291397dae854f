namespace Sa2VA.Datasets.RefShapes;

/// <summary>What is plainly true of how one object moves and when it is there, in one word each.</summary>
internal static class Traits
{
    private const string Spins = "spins";

    private static readonly (Motion Motion, string Word)[] Ways =
    [
        (Motion.Still, "still"), (Motion.Circles, "circling"), (Motion.TurnsBack, "turns"), (Motion.StopsAndGoes, "stops"),
        (Motion.Left, "left"), (Motion.Right, "right"), (Motion.Up, "up"), (Motion.Down, "down"),
    ];

    private static readonly (Temporal Temporal, string Word)[] Times =
        [(Temporal.ComesLater, "later"), (Temporal.LeavesAndReturns, "returns"), (Temporal.LeavesForGood, "leaves"), (Temporal.AlwaysThere, "all")];

    /// <summary>The word for what a clause says, null when there is none: it compares, or tells a pace.</summary>
    public static string? Of(Clause clause) => clause switch
    {
        MotionClause { Motion: Motion.Spins } => Spins,
        MotionClause motion => Array.Find(Ways, way => way.Motion == motion.Motion).Word,
        TemporalClause temporal => Array.Find(Times, time => time.Temporal == temporal.Temporal).Word,
        _ => null,
    };

    /// <summary>Words for its way, "moves" when none applies; then those that apply of "spins", "later", "returns", "leaves", "all".</summary>
    public static IReadOnlyList<string> Of(Facts facts, int index)
    {
        List<string> words = [.. Ways.Where(way => IsTrue(new MotionClause(way.Motion))).Select(way => way.Word)];
        if (words.Count == 0) words.Add("moves");
        if (IsTrue(new MotionClause(Motion.Spins))) words.Add(Spins);
        words.AddRange(Times.Where(time => IsTrue(new TemporalClause(time.Temporal))).Select(time => time.Word));
        return words;

        bool IsTrue(Clause clause) => clause.Judge(facts, index, [index]) == Verdict.Yes;
    }
}
