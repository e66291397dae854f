using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Datasets.Tests.RefShapes;

/// <summary>The claims of motion.</summary>
internal static class MotionClaims
{
    public static Finding Towards(Observation seen, int index, float x, float y)
    {
        var steps = seen.Steps(index);
        var there = steps.Sum(s => Math.Max(0, s.X * x + s.Y * y));
        var back = steps.Sum(s => Math.Max(0, -s.X * x - s.Y * y));
        var across = steps.Sum(s => Math.Abs(s.X * y) + Math.Abs(s.Y * x));
        return new Finding(there >= 24 && back <= there * 0.1 && across <= there * 0.6, there <= 10 || there <= 0.25 * steps.Sum(Length));
    }

    public static Finding Still(Observation seen, int index)
    {
        var places = seen.Places(index);
        if (places.Count == 0) return default;
        var extent = Math.Max(places.Max(p => p.X) - places.Min(p => p.X), places.Max(p => p.Y) - places.Min(p => p.Y));
        return new Finding(extent <= 6, extent >= 12);
    }

    public static Finding Spins(Observation seen, int index)
    {
        var body = seen.Video.Objects[index].Body;
        var turned = Math.Abs(body.AngleAt(seen.Last(index)) - body.AngleAt(seen.First(index)));
        var round = seen.Video.Objects[index] is { Shape: ShapeKind.Circle or ShapeKind.Ring, Texture: ShapeTexture.Plain };
        return new Finding(turned >= 2.2 && !round, turned <= 0.5);
    }

    /// <summary>The direction turns steadily, all the way round.</summary>
    public static Finding Circles(Observation seen, int index)
    {
        var steps = seen.Steps(index).Where(s => Length(s) > 0.3).ToArray();
        var turns = steps.Zip(steps.Skip(1), (a, b) => Math.Atan2(a.X * b.Y - a.Y * b.X, a.X * b.X + a.Y * b.Y)).ToArray();
        var (total, sharpest) = (Math.Abs(turns.Sum()), turns.Length == 0 ? 0 : turns.Max(Math.Abs));
        return new Finding(total >= 4.4 && sharpest <= 1.3, total < 4.4 || sharpest > 1.3);
    }

    /// <summary>There is a frame up to which it goes straight one way, and from which it goes straight the opposite way.</summary>
    public static Finding TurnsBack(Observation seen, int index)
    {
        var places = seen.Places(index);
        return new Finding(Exists(20, -0.8, 0.85), !Exists(12, -0.7, 0.8));

        bool Exists(double far, double opposite, double straight) => Enumerable.Range(1, Math.Max(0, places.Count - 2)).Any(k =>
        {
            var (there, back) = (Minus(places[k], places[0]), Minus(places[^1], places[k]));
            var (a, b) = (Length(there), Length(back));
            return a >= far && b >= far && there.X * back.X + there.Y * back.Y <= opposite * a * b
                && a >= straight * Travel(places.Take(k + 1)) && b >= straight * Travel(places.Skip(k));
        });
    }

    public static Finding StopsAndGoes(Observation seen, int index)
    {
        var places = seen.Places(index);
        return new Finding(Exists(6, 4.5), !Exists(6, 1.5));

        bool Exists(int pause, double at) => Enumerable.Range(1, Math.Max(0, places.Count - pause - 1)).Any(k =>
            Length(Minus(places[k + pause - 1], places[k])) <= at && Travel(places.Skip(k).Take(pause)) <= at
            && Length(Minus(places[k], places[0])) >= 12 && Length(Minus(places[^1], places[k + pause - 1])) >= 12);
    }

    public static Finding Fastest(Observation seen, int index, IReadOnlyList<int> candidates)
    {
        var others = candidates.Where(c => c != index).Max(c => Speed(seen, c));
        return new Finding(Speed(seen, index) >= 1.4 * others, Speed(seen, index) * 1.4 <= others);
    }

    public static double Speed(Observation seen, int index)
    {
        var steps = seen.Steps(index);
        return steps.Count == 0 ? 0 : steps.Average(Length);
    }

    private static double Length((float X, float Y) way) => Math.Sqrt(way.X * way.X + way.Y * way.Y);

    private static (float X, float Y) Minus((float X, float Y) a, (float X, float Y) b) => (a.X - b.X, a.Y - b.Y);

    private static double Travel(IEnumerable<(float X, float Y)> places)
    {
        var all = places.ToArray();
        return all.Zip(all.Skip(1), (a, b) => Length(Minus(b, a))).Sum();
    }
}
