using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>
/// Fills polygons as pycocotools does (<c>frPyObjects</c>), to the pixel: the outline is walked at five times the resolution, and a pixel
/// of a column belongs to the inside from where the outline crosses the middle of the column.
/// </summary>
internal static class PolygonMask
{
    private const int Scale = 5;

    // A polygon of a picture of 65,535 pixels a side goes around it in 1.3 million steps; more is a mistake.
    private const long MaxSteps = 10_000_000;

    /// <summary>Draws a closed polygon.</summary>
    /// <param name="corners">x0, y0, x1, y1 and so on, in pixels.</param>
    /// <param name="height">Of the mask.</param>
    /// <param name="width">Of the mask.</param>
    /// <exception cref="InvalidDataException">The polygon is far larger than any picture.</exception>
    public static Rle Draw(IReadOnlyList<double> corners, int height, int width)
    {
        var crossings = Crossings(Outline(corners), height, width);
        crossings.Add(height * width);
        crossings.Sort();
        return new Rle(height, width, RleCodec.ToCounts(Runs(crossings)));
    }

    /// <summary>A rectangle of x, y, width, height.</summary>
    public static Rle DrawBox(double x, double y, double across, double down, int height, int width) =>
        Draw([x, y, x, y + down, x + across, y + down, x + across, y], height, width);

    /// <summary>Every step around the polygon, on the fine grid.</summary>
    private static List<(int X, int Y)> Outline(IReadOnlyList<double> corners)
    {
        var count = corners.Count / 2;
        var points = new (int X, int Y)[count + 1];
        for (var i = 0; i < count; i++)
            points[i] = (Fine(corners[i * 2]), Fine(corners[i * 2 + 1]));
        points[count] = points[0];

        var total = 0L;
        for (var i = 0; i < count; i++)
            total += Math.Max(Math.Abs(points[i].X - points[i + 1].X), Math.Abs(points[i].Y - points[i + 1].Y)) + 1;
        if (total > MaxSteps)
            throw new InvalidDataException("A polygon is far larger than any picture.");

        var outline = new List<(int, int)>((int)total);
        for (var i = 0; i < count; i++)
        {
            var ((xs, ys), (xe, ye)) = (points[i], points[i + 1]);
            var (dx, dy) = (Math.Abs(xe - xs), Math.Abs(ys - ye));
            // Edges are walked from left to right or from top to bottom, so that both directions round alike.
            var flip = (dx >= dy && xs > xe) || (dx < dy && ys > ye);
            if (flip)
                (xs, xe, ys, ye) = (xe, xs, ye, ys);
            var steps = Math.Max(dx, dy);
            var slope = steps == 0 ? 0 : (dx >= dy ? (double)(ye - ys) : xe - xs) / steps;
            for (var d = 0; d <= steps; d++)
            {
                var t = flip ? steps - d : d;
                outline.Add(dx >= dy ? (t + xs, (int)(ys + slope * t + .5)) : ((int)(xs + slope * t + .5), t + ys));
            }
        }

        return outline;
    }

    private static int Fine(double value) =>
        double.IsFinite(value) && Math.Abs(value) < 1e7 ? (int)(Scale * value + .5) : throw new InvalidDataException($"A polygon has a corner at {value}.");

    /// <summary>Where, in a column-major mask, the outline crosses the middle of a column.</summary>
    private static List<int> Crossings(List<(int X, int Y)> outline, int height, int width)
    {
        var crossings = new List<int>();
        for (var i = 1; i < outline.Count; i++)
        {
            var ((x0, y0), (x1, y1)) = (outline[i - 1], outline[i]);
            if (x1 == x0)
                continue;
            var x = ((x1 < x0 ? x1 : x1 - 1) + .5) / Scale - .5;
            if (!double.IsInteger(x) || x < 0 || x > width - 1)
                continue;
            var y = (Math.Min(y0, y1) + .5) / Scale - .5;
            crossings.Add((int)x * height + (int)Math.Ceiling(Math.Clamp(y, 0, height)));
        }

        return crossings;
    }

    /// <summary>Two crossings at one place cancel each other.</summary>
    private static List<int> Runs(List<int> crossings)
    {
        var runs = new List<int> { crossings[0] };
        for (var i = 1; i < crossings.Count; i++)
        {
            var run = crossings[i] - crossings[i - 1];
            if (run > 0)
                runs.Add(run);
            else if (++i < crossings.Count)
                runs[^1] += crossings[i] - crossings[i - 1];
        }

        return runs;
    }
}
