namespace Sa2VA.Datasets.RefShapes;

internal enum Motion
{
    Left,
    Right,
    Up,
    Down,
    Still,
    Spins,
    TurnsBack,
    StopsAndGoes,
    Circles,
    Fastest,

    /// <summary>Only beside another clause: "moves slowly to the left".</summary>
    Slowly,

    /// <inheritdoc cref="Slowly"/>
    Quickly,
}

/// <summary>How an object moves while it is seen.</summary>
internal sealed record MotionClause(Motion Motion) : Clause
{
    /// <summary>Pixels over which something counts as gone somewhere.</summary>
    private const float FarEnough = 26;

    public override Verdict Judge(Facts facts, int candidate, IReadOnlyList<int> candidates)
    {
        var motion = facts.Motion(candidate);
        if (motion.Steps < MotionFacts.FewestSteps) return Verdict.Unclear;
        var kind = facts.Scene.Objects[candidate].Body.Path.Kind;
        return Motion switch
        {
            Motion.Left => Towards(motion.Left, motion.Right, motion.Up + motion.Down, motion.Travel),
            Motion.Right => Towards(motion.Right, motion.Left, motion.Up + motion.Down, motion.Travel),
            Motion.Up => Towards(motion.Up, motion.Down, motion.Left + motion.Right, motion.Travel),
            Motion.Down => Towards(motion.Down, motion.Up, motion.Left + motion.Right, motion.Travel),
            Motion.Still => Verdicts.Of(kind == MotionKind.Still && motion.Extent <= 5, motion.Extent >= 14),
            Motion.Spins => Spins(facts, candidate, motion),
            Motion.TurnsBack => TurnsBack(facts, candidate, kind),
            Motion.StopsAndGoes => StopsAndGoes(facts, candidate, kind),
            Motion.Circles => Verdicts.Of(
                kind == MotionKind.Circle && facts.Presence(candidate).Share >= 0.8f, kind is not (MotionKind.Circle or MotionKind.Wander)),
            Motion.Fastest => Fastest(facts, candidate, motion, candidates),
            Motion.Slowly => Verdicts.Of(motion.Speed <= 1.5f, motion.Speed >= 2f),
            _ => Verdicts.Of(motion.Speed >= 2.6f, motion.Speed <= 2f),
        };
    }

    /// <summary>It goes there, hardly back, and not more across than along.</summary>
    private static Verdict Towards(float there, float back, float across, float travel) => Verdicts.Of(
        there >= FarEnough && back <= there * 0.06f && across <= there * 0.5f,
        there <= 8 || there <= travel * 0.2f);

    private static Verdict Spins(Facts facts, int candidate, in MotionFacts motion)
    {
        var turned = MathF.Abs(facts.Scene.Objects[candidate].Body.Spin) * motion.Steps * facts.Timeline.Stride;
        return Verdicts.Of(turned >= 2.4f, turned == 0);
    }

    private static Verdict TurnsBack(Facts facts, int candidate, MotionKind kind)
    {
        // Bouncing off an edge, or going beyond it and returning, might be called so too.
        if (kind is MotionKind.Bounce or MotionKind.LeaveAndReturn or MotionKind.Wander) return Verdict.Unclear;
        if (kind != MotionKind.TurnBack) return Verdict.No;
        var turn = (int)facts.Scene.Objects[candidate].Body.Path.Times[1];
        var (outX, outY) = Way(facts.Timeline, candidate, 0, turn);
        var (backX, backY) = Way(facts.Timeline, candidate, turn, facts.Timeline.Samples - 1);
        var (there, back) = (MathF.Sqrt(outX * outX + outY * outY), MathF.Sqrt(backX * backX + backY * backY));
        var opposite = outX * backX + outY * backY <= -0.85f * there * back;
        return opposite && there >= 24 && back >= 24 && facts.Presence(candidate).Share >= 0.85f ? Verdict.Yes : Verdict.Unclear;
    }

    private static Verdict StopsAndGoes(Facts facts, int candidate, MotionKind kind)
    {
        if (kind == MotionKind.Wander) return Verdict.Unclear;
        if (kind != MotionKind.StopAndGo) return Verdict.No;
        var times = facts.Scene.Objects[candidate].Body.Path.Times;
        var (stop, go) = ((int)times[1] + 1, (int)times[2]);
        var rest = Length(Way(facts.Timeline, candidate, stop, go));
        var before = Length(Way(facts.Timeline, candidate, 0, stop));
        var after = Length(Way(facts.Timeline, candidate, go, facts.Timeline.Samples - 1));
        return rest <= 4 && before >= 14 && after >= 14 && facts.Presence(candidate).Share >= 0.85f ? Verdict.Yes : Verdict.Unclear;

        static float Length((float X, float Y) way) => MathF.Sqrt(way.X * way.X + way.Y * way.Y);
    }

    private static Verdict Fastest(Facts facts, int candidate, in MotionFacts motion, IReadOnlyList<int> candidates)
    {
        if (candidates.Count < 2) return Verdict.Unclear;
        var others = 0f;
        foreach (var other in candidates)
        {
            if (other == candidate) continue;
            if (facts.Motion(other).Steps < MotionFacts.FewestSteps) return Verdict.Unclear;
            others = MathF.Max(others, facts.Motion(other).Speed);
        }

        return Verdicts.Of(motion.Speed >= 1.5f && motion.Speed >= others * 1.5f, motion.Speed * 1.5f <= others);
    }

    private static (float X, float Y) Way(Timeline timeline, int index, int from, int to)
    {
        var ((fromX, fromY), (toX, toY)) = (timeline.Centre(index, from), timeline.Centre(index, to));
        return (toX - fromX, toY - fromY);
    }
}
