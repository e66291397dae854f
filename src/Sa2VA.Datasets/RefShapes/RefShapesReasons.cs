namespace Sa2VA.Datasets.RefShapes;

/// <summary>Why a sentence means what it means, step by step.</summary>
/// <param name="Sought">What it says of one object alone, a word each: colour, shape, texture, size as far as given, then what <see cref="RefShapesVideo.TraitsOf"/> calls it.</param>
/// <param name="Fitting">Objects, ascending, of which all is true that can be told from one object alone: looks, own motion, own presence.</param>
/// <param name="Comparisons">What is left to decide between them, beside another object or beside each other; mostly none or one.</param>
public sealed record RefShapesReasons(IReadOnlyList<string> Sought, IReadOnlyList<int> Fitting, IReadOnlyList<RefShapesComparison> Comparisons)
{
    internal static RefShapesReasons Of(Phrase phrase, Facts facts)
    {
        var looking = Enumerable.Range(0, facts.Scene.Objects.Count).Where(index => phrase.Who.Fits(facts.Scene.Objects[index])).ToList();
        var alone = phrase.Clauses.Where(clause => RefShapesComparison.MeasureOf(clause) is null).ToList();
        List<int> fitting = [.. looking.Where(index => alone.TrueForAll(clause => clause.Judge(facts, index, looking) != Verdict.No))];
        return new RefShapesReasons(
            [.. WordsOf(phrase.Who), .. alone.Select(Traits.Of).OfType<string>()], fitting, [.. phrase.Clauses.Except(alone).Select(clause => RefShapesComparison.Of(clause, facts, looking, fitting))]);
    }

    internal static IReadOnlyList<string> WordsOf(Description who) =>
    [
        .. who.Colour is { } colour ? [Words.Of(colour)] : Array.Empty<string>(), .. who.Shape is { } shape ? [Words.Of(shape)] : Array.Empty<string>(),
        .. who.Texture is { } texture ? [Words.Of(texture)] : Array.Empty<string>(), .. who.Size is { } size ? [Words.Of(size)] : Array.Empty<string>(),
    ];
}

/// <summary>What objects are compared by.</summary>
public enum RefShapesMeasure
{
    /// <summary>1 when an object is on the side of the reference that is asked for, else 0.</summary>
    Side,

    /// <summary>Mean distance to the reference, in steps of 14 pixels: least is meant.</summary>
    Distance,

    /// <summary>0 below 0.6 pixels a frame, and one more each time that it is 1.4 times as fast: most is meant.</summary>
    Speed,

    /// <summary>When it is first seen, in tenths of the video: most is meant.</summary>
    Appearance,

    /// <summary>When it first leaves, in ninths of the video, 9 when it never does: least is meant, unless that is 9.</summary>
    Departure,
}

/// <summary>One comparison of objects.</summary>
/// <param name="Measure">By what.</param>
/// <param name="Way">Its word: "left", "right", "above", "below", "closest", "fastest", "last", "first".</param>
/// <param name="Reference">The object beside which they are seen; null when they are compared with each other.</param>
/// <param name="ReferenceWords">What the sentence calls it, in the order of <see cref="RefShapesReasons.Sought"/>; empty without one.</param>
/// <param name="Values">Objects with their values, 0 to 9.</param>
public sealed record RefShapesComparison(
    RefShapesMeasure Measure, string Way, int? Reference, IReadOnlyList<string> ReferenceWords, IReadOnlyList<(int Object, int Value)> Values)
{
    private const float DistanceStep = 14;
    private const float SlowSpeed = 0.6f;
    private const float SpeedStep = 1.4f;
    private const int Most = 9;

    internal static RefShapesMeasure? MeasureOf(Clause clause) => clause switch
    {
        RelationClause { Relation: Relation.Closest } => RefShapesMeasure.Distance,
        RelationClause => RefShapesMeasure.Side,
        MotionClause { Motion: Motion.Fastest } => RefShapesMeasure.Speed,
        TemporalClause { Temporal: Temporal.LastToAppear } => RefShapesMeasure.Appearance,
        TemporalClause { Temporal: Temporal.FirstToLeave } => RefShapesMeasure.Departure,
        _ => null,
    };

    internal static RefShapesComparison Of(Clause clause, Facts facts, IReadOnlyList<int> candidates, IReadOnlyList<int> compared)
    {
        var measure = MeasureOf(clause) ?? throw new ArgumentException("It is told from one object alone.", nameof(clause));
        var beside = clause as RelationClause;
        var reference = beside?.Reference;
        return new RefShapesComparison(
            measure, WayOf(clause), reference, beside is null ? [] : RefShapesReasons.WordsOf(beside.ReferenceWords),
            [.. compared.Where(index => index != reference).Select(index => (index, Math.Clamp(Value(index), 0, Most)))]);

        int Value(int index) => measure switch
        {
            RefShapesMeasure.Side => clause.Judge(facts, index, candidates) == Verdict.Yes ? 1 : 0,
            RefShapesMeasure.Distance => (int)(MeanDistance(facts.Timeline, index, reference!.Value) / DistanceStep),
            RefShapesMeasure.Speed => 1 + (int)MathF.Floor(MathF.Log(MathF.Max(facts.Motion(index).Speed, SlowSpeed / 2) / SlowSpeed, SpeedStep)),
            RefShapesMeasure.Appearance => facts.Presence(index).First * (Most + 1) / facts.Timeline.Samples,
            _ => facts.Presence(index).Leaves is var leaves && leaves == int.MaxValue ? Most : leaves * Most / facts.Timeline.Samples,
        };
    }

    private static string WayOf(Clause clause) => clause switch
    {
        RelationClause { Relation: Relation.LeftOf } => "left",
        RelationClause { Relation: Relation.RightOf } => "right",
        RelationClause { Relation: Relation.Above } => "above",
        RelationClause { Relation: Relation.Below } => "below",
        RelationClause => "closest",
        MotionClause => "fastest",
        TemporalClause { Temporal: Temporal.LastToAppear } => "last",
        _ => "first",
    };

    private static float MeanDistance(Timeline timeline, int one, int other)
    {
        var (sum, count) = (0f, 0);
        for (var s = 0; s < timeline.Samples; s++)
        {
            if (!timeline.Seen(one, s) || !timeline.Seen(other, s)) continue;
            var ((x, y), (otherX, otherY)) = (timeline.Centre(one, s), timeline.Centre(other, s));
            sum += MathF.Sqrt((x - otherX) * (x - otherX) + (y - otherY) * (y - otherY));
            count++;
        }

        return count == 0 ? float.MaxValue : sum / count;
    }
}
