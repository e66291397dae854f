namespace Sa2VA.Cli.Training;

/// <summary>Draws a curve with braille characters, each of which holds 2 by 4 dots.</summary>
internal static class BraillePlot
{
    private const char Empty = '\u2800';
    private const int Across = 2;
    private const int Down = 4;

    // The dot of each place in a character, rows from the top.
    private static readonly int[,] Dots = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    /// <summary>Draws points, means where several share a column, over their whole range.</summary>
    /// <param name="points">In order of X.</param>
    /// <param name="width">In characters.</param>
    /// <param name="height">In characters.</param>
    /// <returns>Lines from the top, and the values that the lowest and the highest dot stand for; those are 0 without points.</returns>
    public static (string[] Lines, double Low, double High) Draw(IReadOnlyList<(double X, double Y)> points, int width, int height)
    {
        var columns = Columns(points, width * Across);
        var cells = new int[height, width];
        var (low, high) = columns.Count == 0 ? (0, 0) : (columns.Min(column => column.Y), columns.Max(column => column.Y));
        var top = height * Down - 1;
        for (var i = 0; i < columns.Count; i++)
        {
            var (from, to) = (columns[Math.Max(0, i - 1)], columns[i]);
            var before = Row(from.Y);
            for (var x = Math.Min(from.X + 1, to.X); x <= to.X; x++)
            {
                var share = to.X == from.X ? 1 : (x - from.X) / (double)(to.X - from.X);
                var row = Row(from.Y + (to.Y - from.Y) * share);
                // A step is drawn in the column that it leads to, and begins where the last one ended.
                for (var y = Math.Min(before + 1, row); y <= Math.Max(before - 1, row); y++)
                    cells[y / Down, x / Across] |= Dots[y % Down, x % Across];
                before = row;
            }
        }

        return ([.. Enumerable.Range(0, height).Select(line => new string([.. Enumerable.Range(0, width).Select(x => (char)(Empty + cells[line, x]))]))], low, high);

        int Row(double value) => high > low ? (int)Math.Round((high - value) / (high - low) * top) : top / 2;
    }

    private static List<(int X, double Y)> Columns(IReadOnlyList<(double X, double Y)> points, int count)
    {
        if (points.Count == 0)
            return [];
        var (first, span) = (points[0].X, Math.Max(points[^1].X - points[0].X, 1));
        return [.. points.GroupBy(point => (int)Math.Round((point.X - first) / span * (count - 1))).OrderBy(column => column.Key).Select(column => (column.Key, column.Average(point => point.Y)))];
    }
}
