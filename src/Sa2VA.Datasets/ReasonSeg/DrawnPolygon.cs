namespace Sa2VA.Datasets;

/// <summary>
/// Fills polygons with whole pixels, outline included, as OpenCV's fillPoly and polylines do together in LISA's reader of ReasonSeg. Corners are
/// cut to integers. Single pixels of slanted outlines may differ from OpenCV's.
/// </summary>
internal static class DrawnPolygon
{
    /// <summary>Sets the polygon's pixels.</summary>
    /// <param name="pixels">Row by row.</param>
    /// <param name="height">Of the picture.</param>
    /// <param name="width">Of the picture.</param>
    /// <param name="corners">At least one; may lie outside.</param>
    /// <param name="value">What the pixels become.</param>
    public static void Fill(byte[] pixels, int height, int width, IReadOnlyList<(int X, int Y)> corners, byte value)
    {
        for (var y = Math.Max(0, corners.Min(corner => corner.Y)); y <= Math.Min(height - 1, corners.Max(corner => corner.Y)); y++)
        {
            var crossings = Crossings(corners, y);
            for (var pair = 0; pair + 1 < crossings.Count; pair += 2)
            {
                var (from, to) = (Math.Max(0, (int)Math.Ceiling(crossings[pair])), Math.Min(width - 1, (int)Math.Floor(crossings[pair + 1])));
                if (from <= to) pixels.AsSpan(y * width + from, to - from + 1).Fill(value);
            }
        }

        for (var i = 0; i < corners.Count; i++) Line(pixels, height, width, corners[i], corners[(i + 1) % corners.Count], value);
    }

    /// <summary>Where the outline crosses the middle of a row, in order; each corner belongs to the edge below it.</summary>
    private static List<double> Crossings(IReadOnlyList<(int X, int Y)> corners, int y)
    {
        var crossings = new List<double>();
        for (var i = 0; i < corners.Count; i++)
        {
            var (a, b) = (corners[i], corners[(i + 1) % corners.Count]);
            if (a.Y > b.Y) (a, b) = (b, a);
            if (a.Y <= y && y < b.Y) crossings.Add(a.X + (y - a.Y) * (double)(b.X - a.X) / (b.Y - a.Y));
        }

        crossings.Sort();
        return crossings;
    }

    private static void Line(byte[] pixels, int height, int width, (int X, int Y) from, (int X, int Y) to, byte value)
    {
        var (dx, dy) = ((long)to.X - from.X, (long)to.Y - from.Y);
        var steps = Math.Max(Math.Abs(dx), Math.Abs(dy));
        for (var step = 0L; step <= steps; step++)
        {
            var x = from.X + (steps == 0 ? 0 : (long)Math.Round(dx * (double)step / steps, MidpointRounding.AwayFromZero));
            var y = from.Y + (steps == 0 ? 0 : (long)Math.Round(dy * (double)step / steps, MidpointRounding.AwayFromZero));
            if (x >= 0 && x < width && y >= 0 && y < height) pixels[y * width + x] = value;
        }
    }
}
