namespace Sa2VA.Datasets.RefShapes;

/// <summary>The closed set of ways to say things. Whoever adds one keeps the vocabulary small: a tiny language model must learn it.</summary>
internal static class Phrasing
{
    private static readonly string[] Nouns = ["shape", "shape", "object", "one"];
    private static readonly string[] PluralNouns = ["shapes", "shapes", "objects", "ones"];

    /// <summary>"the small striped square".</summary>
    public static string Attribute(RandomStream random, Description who) => random.Next(5) switch
    {
        0 => Words.Singular(who, Noun(random)),
        1 when who.Shape is not null && who.Count > 1 => $"the {Words.Of(who.Shape.Value)} that is {Words.Listed(who)}",
        1 or 2 when who.Shape is null => $"the {Noun(random)} that is {Words.Listed(who)}",
        _ => "the " + Words.Singular(who, Noun(random)),
    };

    /// <summary>"the star left of the green circle".</summary>
    public static string Related(RandomStream random, Description who, RelationClause clause) =>
        $"the {Words.Singular(who, Noun(random))} {(random.Chance(0.3f) ? "that is " : "")}{RelationWords(random, clause)}";

    /// <summary>"left of the green circle".</summary>
    public static string RelationWords(RandomStream random, RelationClause clause)
    {
        var words = clause.Relation switch
        {
            Relation.LeftOf => random.Pick(["left of", "to the left of", "on the left of"]),
            Relation.RightOf => random.Pick(["right of", "to the right of", "on the right of"]),
            Relation.Above => random.Pick(["above", "higher than", "over"]),
            Relation.Below => random.Pick(["below", "lower than", "under"]),
            _ => random.Pick(["closest to", "nearest to"]),
        };
        return $"{words} the {Words.Singular(clause.ReferenceWords)}";
    }

    /// <summary>"the circle that moves left".</summary>
    public static string Moving(RandomStream random, Description who, MotionClause clause)
    {
        var noun = Words.Singular(who, Noun(random));
        return clause.Motion == Motion.Fastest
            ? random.Pick([$"the {noun} that moves fastest", $"the fastest {noun}", $"the {noun} that is the fastest"])
            : $"the {noun} that {MotionWords(random, clause.Motion)}";
    }

    /// <summary>"moves left", after "that".</summary>
    public static string MotionWords(RandomStream random, Motion motion) => motion switch
    {
        Motion.Left => random.Pick(["moves left", "moves to the left", "goes left"]),
        Motion.Right => random.Pick(["moves right", "moves to the right", "goes right"]),
        Motion.Up => random.Pick(["moves up", "goes up", "moves upwards"]),
        Motion.Down => random.Pick(["moves down", "goes down", "moves downwards"]),
        Motion.Still => random.Pick(["stands still", "does not move", "stays in place"]),
        Motion.Spins => random.Pick(["spins", "is spinning", "rotates"]),
        Motion.TurnsBack => random.Pick(["turns back", "turns around and comes back", "goes back the way it came"]),
        Motion.StopsAndGoes => random.Pick(["stops and goes on", "stops for a while", "stops and moves again"]),
        Motion.Circles => random.Pick(["moves in a circle", "goes round in a circle", "is circling"]),
        _ => throw new ArgumentOutOfRangeException(nameof(motion), motion, "This is only said beside another motion."),
    };

    /// <summary>"moves slowly to the left".</summary>
    public static string MotionWords(Motion direction, Motion pace) => "moves " + (pace == Motion.Slowly ? "slowly " : "quickly ") + direction switch
    {
        Motion.Left => "to the left",
        Motion.Right => "to the right",
        Motion.Up => "up",
        _ => "down",
    };

    /// <summary>"the last to appear".</summary>
    public static string Timed(RandomStream random, Description who, TemporalClause clause)
    {
        var noun = Words.Singular(who, Noun(random));
        return clause.Temporal switch
        {
            Temporal.LastToAppear => random.Pick([$"the last {noun} to appear", $"the {noun} that appears last", $"the {noun} that comes in last"]),
            Temporal.FirstToLeave => random.Pick([$"the first {noun} to leave", $"the {noun} that leaves first", $"the {noun} that goes away first"]),
            _ => $"the {noun} that {TemporalWords(random, clause.Temporal)}",
        };
    }

    /// <summary>"leaves and comes back", after "that".</summary>
    public static string TemporalWords(RandomStream random, Temporal temporal) => temporal switch
    {
        Temporal.LeavesAndReturns => random.Pick(["leaves and comes back", "goes away and returns", "leaves and returns"]),
        Temporal.ComesLater => random.Pick(["appears later", "comes in later", "is not there at the start"]),
        Temporal.LeavesForGood => random.Pick(["leaves and does not come back", "goes away for good", "is not there at the end"]),
        Temporal.AlwaysThere => random.Pick(["is there from start to end", "is there all the time", "is always there"]),
        _ => throw new ArgumentOutOfRangeException(nameof(temporal), temporal, "This is said of the whole noun."),
    };

    /// <summary>"all red triangles".</summary>
    public static string Group(RandomStream random, Description who, int count)
    {
        var plural = Words.Plural(who, random.Pick(PluralNouns));
        return random.Next(4) switch
        {
            0 when count == 2 => "both " + plural,
            0 or 1 => $"the {Number(count)} {plural}",
            2 => "every " + Words.Singular(who, Noun(random)),
            _ => "all " + plural,
        };
    }

    private static string Number(int count) => count switch { 2 => "two", 3 => "three", 4 => "four", 5 => "five", _ => "six" };

    private static string Noun(RandomStream random) => random.Pick(Nouns);
}
