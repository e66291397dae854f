using System.Globalization;

namespace Sa2VA.Datasets.RefShapes;

/// <summary>
/// Says things about a video. Each level proposes phrases about its objects at random; a phrase is kept when it is plainly true of the
/// objects that it is meant for and plainly false of all others.
/// </summary>
internal sealed class ExpressionBuilder
{
    /// <summary>A meant object is seen in at least this share of the video.</summary>
    private const float SeenEnough = 0.28f;

    private const int Attempts = 14;

    // So that some one in eight sentences for practice is true of nothing, as in the benchmark.
    private const float AbsentLeftOut = 0.96f;

    // Proposals of the harder levels fail more often; these weights make the shares come out as the documentation states them.
    private static readonly (RefShapesLevel Level, float Weight)[] ShortLevels =
    [
        (RefShapesLevel.Attribute, 0.245f), (RefShapesLevel.Relation, 0.175f), (RefShapesLevel.Motion, 0.135f), (RefShapesLevel.Temporal, 0.125f),
        (RefShapesLevel.Long, 0.105f), (RefShapesLevel.Group, 0.085f), (RefShapesLevel.Absent, 0.115f),
    ];

    private static readonly (RefShapesLevel Level, float Weight)[] LongVideoLevels =
    [
        (RefShapesLevel.Attribute, 0.4f), (RefShapesLevel.Temporal, 0.12f), (RefShapesLevel.Long, 0.18f), (RefShapesLevel.Group, 0.15f),
        (RefShapesLevel.Absent, 0.25f),
    ];

    private readonly Facts _facts;
    private readonly RandomStream _random;
    private readonly IReadOnlyList<ShapeObject> _objects;
    private readonly Describer _describer;
    private readonly List<RefShapesExpression> _said = [];
    private readonly HashSet<string> _phrases = new(StringComparer.Ordinal);

    private ExpressionBuilder(Facts facts, RandomStream random)
    {
        (_facts, _random, _objects) = (facts, random, facts.Scene.Objects);
        _describer = new Describer(_objects, random);
    }

    public static IReadOnlyList<RefShapesExpression> Build(RefShapesSplit split, Facts facts, RandomStream random)
    {
        var isLong = split == RefShapesSplit.Long;
        var builder = new ExpressionBuilder(facts, random);
        // The few sentences of a long video are of different levels.
        return isLong ? builder.Build(LongVideoLevels, 4, repeats: 0.15f) : builder.Build(ShortLevels, random.Between(6, 8), repeats: 1);
    }

    /// <summary>
    /// Sentences beyond those of the benchmark, for learning from: about motion, time and relations, whose nouns say little of what is in the
    /// video. Most of what is true of nothing is left out: who practises on denials denies too readily.
    /// </summary>
    public static IReadOnlyList<RefShapesExpression> Practise(Facts facts, RandomStream random, int count)
    {
        var builder = new ExpressionBuilder(facts, random);
        for (var tries = 0; builder._said.Count < count && tries < Attempts * count; tries++) builder.Anything();
        return builder._said;
    }

    private List<RefShapesExpression> Build((RefShapesLevel Level, float Weight)[] levels, int count, float repeats)
    {
        Span<float> weights = stackalloc float[levels.Length];
        for (var i = 0; i < levels.Length; i++) weights[i] = levels[i].Weight;
        for (var tries = 0; _said.Count < count && tries < 6 * count; tries++)
        {
            var choice = _random.Weighted(weights);
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                if (!Propose(levels[choice].Level)) continue;
                weights[choice] *= repeats;
                break;
            }
        }

        return _said;
    }

    private bool Propose(RefShapesLevel level) => level switch
    {
        RefShapesLevel.Attribute => Attribute(),
        RefShapesLevel.Relation => Relation(),
        RefShapesLevel.Motion => MotionOf(),
        RefShapesLevel.Temporal => TemporalOf(),
        RefShapesLevel.Long => Long(),
        RefShapesLevel.Group => Group(),
        _ => Absent(),
    };

    private bool Attribute()
    {
        var who = _describer.Minimal(_random.Pick(_objects), keepRedundant: _random.Chance(0.35f));
        return Say(RefShapesLevel.Attribute, new Phrase(who), 1, () => Phrasing.Attribute(_random, who));
    }

    private bool Relation()
    {
        if (RelationTo(_random.Next(_objects.Count)) is not { } clause) return false;
        var target = _random.Pick(_objects);
        if (target.Index == clause.Reference) return false;
        var who = _describer.Vague(target);
        return Say(RefShapesLevel.Relation, new Phrase(who, clause), 1, () => Phrasing.Related(_random, who, clause));
    }

    private bool MotionOf()
    {
        var who = _describer.Vague(_random.Pick(_objects));
        var clause = new MotionClause((Motion)_random.Next((int)Motion.Fastest + 1));
        return Say(RefShapesLevel.Motion, new Phrase(who, clause), 1, () => Phrasing.Moving(_random, who, clause));
    }

    private bool TemporalOf()
    {
        var who = _describer.Vague(_random.Pick(_objects));
        var clause = new TemporalClause((Temporal)_random.Next((int)Temporal.AlwaysThere + 1));
        return Say(RefShapesLevel.Temporal, new Phrase(who, clause), 1, () => Phrasing.Timed(_random, who, clause));
    }

    private void Anything()
    {
        var who = _random.Weighted([0.4f, 0.35f, 0.25f]) switch
        {
            0 => Description.Nothing,
            1 => _describer.Elsewhere(1 << _random.Next(4)),
            _ => _describer.Vague(_random.Pick(_objects)),
        };
        var level = _random.Pick([RefShapesLevel.Motion, RefShapesLevel.Temporal, RefShapesLevel.Relation]);
        Clause? clause = level switch
        {
            RefShapesLevel.Motion => new MotionClause((Motion)_random.Next((int)Motion.Fastest + 1)),
            RefShapesLevel.Temporal => new TemporalClause((Temporal)_random.Next((int)Temporal.AlwaysThere + 1)),
            _ => RelationTo(_random.Next(_objects.Count)),
        };
        if (clause is null) return;
        var phrase = new Phrase(who, clause);
        if (phrase.Meant(_facts) is not { Count: <= 1 } meant || (meant.Count == 0 && _random.Chance(AbsentLeftOut))) return;
        Say(meant.Count == 0 ? RefShapesLevel.Absent : level, phrase, meant.Count, () => clause switch
        {
            MotionClause motion => Phrasing.Moving(_random, who, motion),
            TemporalClause temporal => Phrasing.Timed(_random, who, temporal),
            _ => Phrasing.Related(_random, who, (RelationClause)clause),
        });
    }

    private bool Group()
    {
        // Looks that two objects share: any subset of what they have in common.
        var (one, other) = (_random.Pick(_objects), _random.Pick(_objects));
        if (one.Index == other.Index) return false;
        var shared = (one.Size == other.Size ? 1 : 0) | (one.Colour == other.Colour ? 2 : 0)
            | (one.Texture == other.Texture ? 4 : 0) | (one.Shape == other.Shape ? 8 : 0);
        var who = Description.Some(one, shared & _random.Between(1, 15));
        if (who.Count == 0) return false;
        return Say(RefShapesLevel.Group, new Phrase(who), 2, () => Phrasing.Group(_random, who, _objects.Count(who.Fits)));
    }

    private bool Long()
    {
        var target = _random.Pick(_objects);
        return LongAbout(target, Description.Full(target), RefShapesLevel.Long, 1);
    }

    private bool Absent()
    {
        var near = _random.Chance(0.5f);
        var model = _random.Pick(_objects);
        switch (_random.Weighted([0.55f, 0.27f, 0.18f]))
        {
            case 0:
            {
                var who = near ? _describer.NearMiss(Description.Some(model, _random.Between(1, 15))) : _describer.Elsewhere(_random.Between(1, 15));
                return Say(RefShapesLevel.Absent, new Phrase(who), 0, () => Phrasing.Attribute(_random, who));
            }

            case 1:
            {
                if (RelationTo(model.Index) is not { } clause) return false;
                // Near: something like it is there, but elsewhere.
                var who = near ? _describer.Vague(_random.Pick(_objects)) : _describer.Elsewhere(_random.Between(1, 15));
                // "The star left of the star" is absent, and no sentence.
                if (who.Fits(model) && _objects.Count(who.Fits) == 1) return false;
                return Say(RefShapesLevel.Absent, new Phrase(who, clause), 0, () => Phrasing.Related(_random, who, clause));
            }

            default:
                return LongAbout(model, near ? _describer.NearMiss(Description.Full(model)) : _describer.Elsewhere(15), RefShapesLevel.Absent, 0);
        }
    }

    /// <summary>A full description and one to three clauses that are true of <paramref name="model"/>.</summary>
    private bool LongAbout(ShapeObject model, Description who, RefShapesLevel level, int meant)
    {
        var (moves, motion) = MovesLike(model.Index);
        var presence = TrueOf(model.Index, new TemporalClause((Temporal)_random.Between((int)Temporal.LeavesAndReturns, (int)Temporal.AlwaysThere)));
        var (first, second) = (RelationOf(model.Index), RelationOf(model.Index));
        if (first is not null && first.Reference == second?.Reference) second = null;
        string? text = null;
        List<Clause> clauses = [];
        switch (_random.Next(6))
        {
            case 0 when motion is not null && first is not null:
                text = $"the {Words.Singular(who)} that {motion}, {Phrasing.RelationWords(_random, first)}";
                clauses = [.. moves, first];
                break;
            case 1 when motion is not null && first is not null:
                text = $"the {Words.Singular(who)} {Phrasing.RelationWords(_random, first)}, which {motion}";
                clauses = [.. moves, first];
                break;
            case 2 when presence is not null && motion is not null:
                text = $"the {Words.Of(who.Shape!.Value)} that is {Words.Listed(who)}, {Phrasing.TemporalWords(_random, presence.Temporal)} and {motion}";
                clauses = [presence, .. moves];
                break;
            case 3 when presence is not null && first is not null:
                text = $"the {Words.Singular(who)} that {Phrasing.TemporalWords(_random, presence.Temporal)}, {Phrasing.RelationWords(_random, first)}";
                clauses = [presence, first];
                break;
            case 4 when presence is not null:
                text = $"the {Words.Of(who.Shape!.Value)} that is {Words.Listed(who)} and that {Phrasing.TemporalWords(_random, presence.Temporal)}";
                clauses = [presence];
                break;
            default:
                if (first is null || second is null) return false;
                text = $"the {Words.Singular(who)} {Phrasing.RelationWords(_random, first)} and {Phrasing.RelationWords(_random, second)}";
                clauses = [first, second];
                break;
        }

        return Words.Count(text) >= 12 && Say(level, new Phrase(who, clauses), meant, () => text);
    }

    /// <summary>A motion, perhaps with its pace, that is plainly true of an object, and its words.</summary>
    private (List<Clause> Clauses, string? Words) MovesLike(int index)
    {
        List<Motion> ways = [];
        for (var way = Motion.Left; way < Motion.Fastest; way++)
        {
            if (TrueOf(index, new MotionClause(way)) is not null) ways.Add(way);
        }

        if (ways.Count == 0) return ([], null);
        var motion = _random.Pick(ways);
        var pace = _random.Chance(0.5f) ? Motion.Slowly : Motion.Quickly;
        if (motion <= Motion.Down && TrueOf(index, new MotionClause(pace)) is { } paced)
            return ([new MotionClause(motion), paced], Phrasing.MotionWords(motion, pace));
        return ([new MotionClause(motion)], Phrasing.MotionWords(_random, motion));
    }

    private RelationClause? RelationOf(int index)
    {
        for (var i = 0; i < 6; i++)
        {
            if (RelationTo(_random.Next(_objects.Count)) is { Relation: not RefShapes.Relation.Closest } clause
                && clause.Reference != index && TrueOf(index, clause) is not null)
                return clause;
        }

        return null;
    }

    /// <summary>A relation to an object that is well seen and has a description of its own.</summary>
    private RelationClause? RelationTo(int reference)
    {
        if (_facts.Presence(reference).Share < SeenEnough) return null;
        var words = _describer.Minimal(_objects[reference], keepRedundant: _random.Chance(0.3f));
        return _objects.Count(words.Fits) == 1 ? new RelationClause((Relation)_random.Next(5), reference, words) : null;
    }

    private T? TrueOf<T>(int index, T clause)
        where T : Clause => clause.Judge(_facts, index, [index]) == Verdict.Yes ? clause : null;

    /// <summary>Keeps a sentence when it means as many objects as it should, they can be seen, and it was not said before.</summary>
    private bool Say(RefShapesLevel level, Phrase phrase, int fewest, Func<string> words)
    {
        if (phrase.Meant(_facts) is not { } meant) return false;
        if (fewest == 2 ? meant.Count < 2 : meant.Count != fewest) return false;
        if (meant.Exists(index => _facts.Presence(index).Share < SeenEnough)) return false;
        if (!_phrases.Add($"{phrase.Who} {string.Join(", ", phrase.Clauses)}")) return false;
        _said.Add(new RefShapesExpression(_said.Count.ToString(CultureInfo.InvariantCulture), words(), level, meant) { Phrase = phrase });
        return true;
    }
}
