using System.Globalization;
using System.Xml.Linq;

namespace Sa2VA.TestReport;

/// <summary>
/// Line and branch coverage per assembly, merged over all test projects: a line counts as covered when any of them ran it,
/// a line's branches by the best of them.
/// </summary>
internal sealed class Coverage
{
    private readonly SortedDictionary<string, Dictionary<(string File, int Line), Line>> _assemblies = new(StringComparer.Ordinal);

    public static Coverage Read(string folder)
    {
        var coverage = new Coverage();
        foreach (var file in Directory.EnumerateFiles(folder, "coverage.cobertura.xml", SearchOption.AllDirectories))
            coverage.Add(XDocument.Load(file));
        return coverage;
    }

    public void Print(TextWriter output)
    {
        output.WriteLine($"{"coverage",-28}{"lines",10}{"branches",12}");
        var all = new List<Line>();
        foreach (var (assembly, lines) in _assemblies)
        {
            output.WriteLine(Row(assembly, lines.Values));
            all.AddRange(lines.Values);
        }

        output.WriteLine(Row("total", all));
    }

    private static string Row(string name, ICollection<Line> lines)
    {
        var covered = lines.Count(line => line.Hit);
        var (taken, branches) = (lines.Sum(line => line.Taken), lines.Sum(line => line.Branches));
        return string.Create(CultureInfo.InvariantCulture, $"{name,-28}{Percent(covered, lines.Count),10}{Percent(taken, branches),12}");
    }

    private static string Percent(int part, int whole) =>
        whole == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:0.0}%");

    private void Add(XDocument report)
    {
        foreach (var package in report.Descendants("package"))
        {
            var name = (string?)package.Attribute("name") ?? "?";
            if (!_assemblies.TryGetValue(name, out var lines))
                _assemblies[name] = lines = [];
            foreach (var type in package.Descendants("class"))
            {
                var file = (string?)type.Attribute("filename") ?? "?";
                foreach (var element in type.Elements("lines").Elements("line"))
                {
                    var key = (file, (int)element.Attribute("number")!);
                    lines[key] = lines.GetValueOrDefault(key).Merge(Line.Read(element));
                }
            }
        }
    }

    private readonly record struct Line(bool Hit, int Taken, int Branches)
    {
        public static Line Read(XElement element)
        {
            var hit = (long)element.Attribute("hits")! > 0;
            // "50% (1/2)"
            var text = (string?)element.Attribute("condition-coverage");
            if (text is null)
                return new Line(hit, 0, 0);
            var parts = text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..^1].Split('/');
            return new Line(hit, int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
        }

        public Line Merge(Line other) => new(Hit || other.Hit, Math.Max(Taken, other.Taken), Math.Max(Branches, other.Branches));
    }
}
