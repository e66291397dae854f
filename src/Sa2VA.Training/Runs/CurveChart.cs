using System.Globalization;
using System.Text;

namespace Sa2VA.Training.Runs;

/// <summary>Draws the course of a run from its <see cref="LossLog"/>: one small chart per measure, smoothed, as one SVG file.</summary>
public static class CurveChart
{
    /// <summary>Name of the file in a run's folder.</summary>
    public const string FileName = "curves.svg";

    private const int ChartWidth = 260;
    private const int ChartHeight = 150;
    private const int Margin = 34;
    private const int PerRow = 3;
    private const int Points = 130;

    private static readonly string[] Columns = ["ground/J", "track/J", "click/J", "text", "text/right", "survey/right", "conclusion/right", "look", "ground/dice", "ground/score", "rate"];

    /// <summary>Draws what a log has of the measures that matter most.</summary>
    /// <param name="log">Path of the CSV file, at least a header.</param>
    /// <param name="target">Path of the SVG file.</param>
    public static void Write(string log, string target)
    {
        var lines = ReadShared(log);
        var header = lines[0].Split(',');
        var charts = Columns.Select(column => (Name: column, Index: Array.IndexOf(header, column))).Where(chart => chart.Index >= 0).ToList();
        var rows = (charts.Count + PerRow - 1) / PerRow;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{PerRow * ChartWidth}\" height=\"{rows * ChartHeight}\" font-family=\"sans-serif\" font-size=\"10\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (var i = 0; i < charts.Count; i++)
            Draw(svg, charts[i].Name, Read(lines, charts[i].Index), i % PerRow * ChartWidth, i / PerRow * ChartHeight);
        svg.Append("</svg>\n");
        File.WriteAllText(target, svg.ToString());
    }

    // The run that draws has the log open.
    private static string[] ReadShared(string log)
    {
        using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static List<(double Step, double Value)> Read(string[] lines, int column)
    {
        var points = new List<(double, double)>();
        foreach (var cells in lines.Skip(1).Select(line => line.Split(',')))
        {
            if (cells.Length > column && double.TryParse(cells[0], CultureInfo.InvariantCulture, out var step) && double.TryParse(cells[column], CultureInfo.InvariantCulture, out var value))
                points.Add((step, value));
        }

        return Smooth(points);
    }

    // Means of equal numbers of updates.
    private static List<(double Step, double Value)> Smooth(List<(double Step, double Value)> points) =>
        [.. points.Chunk(Math.Max(1, points.Count / Points)).Select(chunk => (chunk.Average(p => p.Step), chunk.Average(p => p.Value)))];

    private static void Draw(StringBuilder svg, string name, List<(double Step, double Value)> points, int left, int top)
    {
        if (points.Count == 0)
            return;
        var (width, height) = (ChartWidth - Margin - 8, ChartHeight - 2 * 20);
        var (x0, y0) = (left + Margin, top + 20);
        var (last, lowest, highest) = (points[^1].Step, Math.Min(0, points.Min(p => p.Value)), points.Max(p => p.Value));
        var range = highest > lowest ? highest - lowest : 1;
        var line = string.Join(' ', points.Select(p => string.Create(
            CultureInfo.InvariantCulture, $"{x0 + p.Step / last * width:F1},{y0 + height - (p.Value - lowest) / range * height:F1}")));
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x0}\" y=\"{top + 13}\" font-weight=\"bold\">{System.Security.SecurityElement.Escape(name)}: {points[^1].Value:F3}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x0}\" y=\"{y0}\" width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"#ccc\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{line}\" fill=\"none\" stroke=\"#1f6fb2\" stroke-width=\"1.3\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x0 - 4}\" y=\"{y0 + 8}\" text-anchor=\"end\">{highest:G2}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x0 - 4}\" y=\"{y0 + height}\" text-anchor=\"end\">{lowest:G2}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x0 + width}\" y=\"{y0 + height + 12}\" text-anchor=\"end\">update {last:F0}</text>\n");
    }
}
