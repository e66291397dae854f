namespace Sa2VA.Datasets.RefShapes;

/// <summary>Finds a path for one object after another. Several are drawn and the least crowded is taken, so that objects meet but do not pile up.</summary>
internal sealed class PathPlanner(RandomStream random, int frames, IReadOnlyList<Wall> walls)
{
    private const int Width = RefShapesVideo.FrameWidth;
    private const int Height = RefShapesVideo.FrameHeight;
    private const int Candidates = 5;
    private const int Looks = 10;

    /// <summary>Tips reach farther than the radius of the same area; this keeps nearly all of it inside.</summary>
    private const float ReachShare = 1.3f;

    private static readonly (MotionKind Kind, float Weight)[] Kinds =
    [
        (MotionKind.Straight, 0.25f), (MotionKind.Still, 0.13f), (MotionKind.Circle, 0.11f), (MotionKind.StopAndGo, 0.1f),
        (MotionKind.TurnBack, 0.12f), (MotionKind.Bounce, 0.07f), (MotionKind.LeaveAndReturn, 0.09f), (MotionKind.EnterLate, 0.08f),
        (MotionKind.LeaveForGood, 0.05f),
    ];

    private readonly List<(MotionPath Path, float Radius)> _taken = [];
    private readonly float _last = frames - 1;
    private readonly Places _places = new(random);

    /// <summary>A path through a short video.</summary>
    public MotionPath Plan(ShapeBody body)
    {
        Span<float> weights = stackalloc float[Kinds.Length];
        for (var i = 0; i < weights.Length; i++) weights[i] = Kinds[i].Weight;
        var kind = Kinds[random.Weighted(weights)].Kind;
        var reach = body.Radius * ReachShare;
        var best = Draw(kind, reach);
        var crowding = Crowding(best, body.Radius);
        for (var i = 1; i < Candidates && crowding > 0; i++)
        {
            var other = Draw(kind, reach);
            var worse = Crowding(other, body.Radius);
            if (worse < crowding) (best, crowding) = (other, worse);
        }

        _taken.Add((best, body.Radius));
        return best;
    }

    /// <summary>A path through a long video: strolls inside the frame and, unless it <paramref name="stays"/>, long absences between them.</summary>
    public MotionPath Wander(ShapeBody body, bool stays)
    {
        var r = body.Radius * ReachShare;
        var points = new List<(float, float, float)>();
        var (x, y) = _places.Inside(r);
        var time = 0f;
        if (!stays && random.Chance(0.3f))
            points.Add((time, x = -3 * r, y));
        else
            points.Add((time, x, y));
        while (time < frames)
        {
            for (var strolls = random.Between(3, 7); strolls > 0; strolls--)
            {
                if (random.Chance(0.25f)) points.Add((time += random.Between(15f, 60f), x, y));
                Go(_places.Inside(r));
            }

            if (stays) continue;
            var (edge, away) = (_places.Beyond(x, y, r, nearest: true), random.Between(150f, 520f));
            Go(edge);
            // Out of sight it may change sides: it comes back elsewhere.
            points.Add((time += away, x = random.Chance(0.5f) ? -2 * r : Width + 2 * r, y = _places.Inside(r).Y));
        }

        return MotionPath.Through(MotionKind.Wander, [.. points]);

        void Go((float X, float Y) to)
        {
            var distance = MathF.Sqrt((to.X - x) * (to.X - x) + (to.Y - y) * (to.Y - y));
            time += MathF.Max(4, distance / random.Between(0.5f, 2f));
            (x, y) = to;
            points.Add((time, x, y));
        }
    }

    private MotionPath Draw(MotionKind kind, float r)
    {
        switch (kind)
        {
            case MotionKind.Still:
            {
                var (x, y) = _places.Inside(r);
                return MotionPath.Through(kind, (0, x, y));
            }

            case MotionKind.Circle:
            {
                var around = random.Between(14f, 28f);
                var (x, y) = _places.Inside(r + around * 0.8f);
                var omega = random.Between(1.15f, 1.8f) * 2 * MathF.PI / _last * (random.Chance(0.5f) ? 1 : -1);
                return MotionPath.Around(x, y, around, omega, random.Between(0f, 6.28f));
            }

            case MotionKind.Straight:
            {
                var (from, to) = _places.Leg(r, 35, 120);
                return MotionPath.Through(kind, (0, from.X, from.Y), (_last, to.X, to.Y));
            }

            case MotionKind.StopAndGo:
            {
                var (from, to) = _places.Leg(r, 55, 130);
                var share = random.Between(0.35f, 0.65f);
                var (stop, go) = (_last * random.Between(0.22f, 0.36f), _last * random.Between(0.62f, 0.76f));
                var (x, y) = (PortableMath.Lerp(from.X, to.X, share), PortableMath.Lerp(from.Y, to.Y, share));
                return MotionPath.Through(kind, (0, from.X, from.Y), (stop, x, y), (go, x, y), (_last, to.X, to.Y));
            }

            case MotionKind.TurnBack:
            {
                var (from, to) = _places.Leg(r, 40, 110);
                var (turn, back) = (_last * random.Between(0.38f, 0.62f), random.Between(0.75f, 1.05f));
                return MotionPath.Through(kind, (0, from.X, from.Y), (turn, to.X, to.Y),
                    (_last, PortableMath.Lerp(to.X, from.X, back), PortableMath.Lerp(to.Y, from.Y, back)));
            }

            case MotionKind.Bounce: return Bounce(r);

            case MotionKind.LeaveAndReturn:
            {
                var (x, y) = _places.NearEdge(r);
                var edge = _places.Beyond(x, y, r, nearest: true);
                var (leave, back) = (_last * random.Between(0.22f, 0.38f), _last * random.Between(0.58f, 0.74f));
                var end = random.Between(0.7f, 1.1f);
                return MotionPath.Through(kind, (0, x, y), (leave, edge.X, edge.Y), (back, edge.X, edge.Y),
                    (_last, PortableMath.Lerp(edge.X, x, end), PortableMath.Lerp(edge.Y, y, end)));
            }

            case MotionKind.EnterLate:
            {
                var (x, y) = _places.Inside(r);
                var edge = _places.Beyond(x, y, r, nearest: random.Chance(0.6f));
                return MotionPath.Through(kind, (_last * random.Between(0.15f, 0.5f), edge.X, edge.Y), (_last, x, y));
            }

            default:
            {
                var (x, y) = _places.Inside(r);
                var edge = _places.Beyond(x, y, r, nearest: random.Chance(0.6f));
                return MotionPath.Through(kind, (0, x, y), (_last * random.Between(0.5f, 0.85f), edge.X, edge.Y));
            }
        }
    }

    /// <summary>Straight on, thrown back by the edges of the frame.</summary>
    private MotionPath Bounce(float r)
    {
        var (x, y) = _places.Inside(r);
        var (dx, dy) = (random.Between(2f, 4.2f) * (random.Chance(0.5f) ? 1 : -1), random.Between(0.3f, 3f) * (random.Chance(0.5f) ? 1 : -1));
        var points = new List<(float, float, float)> { (0, x, y) };
        for (var time = 0f; time < _last;)
        {
            var toX = ((dx > 0 ? Width - r : r) - x) / dx;
            var toY = ((dy > 0 ? Height - r : r) - y) / dy;
            var step = MathF.Max(0.01f, MathF.Min(toX, toY));
            (time, x, y) = (time + step, x + dx * step, y + dy * step);
            points.Add((time, x, y));
            if (toX <= toY) dx = -dx;
            if (toY <= toX) dy = -dy;
        }

        return MotionPath.Through(MotionKind.Bounce, [.. points]);
    }

    /// <summary>How much a path runs into the others and, lingering, into walls.</summary>
    private float Crowding(MotionPath path, float radius)
    {
        var crowding = 0f;
        for (var k = 0; k < Looks; k++)
        {
            var time = _last * k / (Looks - 1);
            var (x, y) = path.At(time);
            foreach (var (other, otherRadius) in _taken)
            {
                var (ox, oy) = other.At(time);
                var distance = MathF.Sqrt((x - ox) * (x - ox) + (y - oy) * (y - oy));
                crowding += MathF.Max(0, (radius + otherRadius) * 0.9f - distance) / Looks;
            }

            foreach (var wall in walls)
            {
                if (x > wall.Left - radius * 0.3f && x < wall.Right + radius * 0.3f && y > wall.Top && y < wall.Bottom)
                    crowding += radius * (path.Kind == MotionKind.Still ? 3f : 0.6f) / Looks;
            }
        }

        return crowding;
    }
}
