using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Sa2VA.Testing;

/// <summary>Reads Prometheus' text format, version 0.0.4, as strictly as its document is: what it does not allow is an exception.</summary>
public sealed partial class Exposition
{
    private readonly List<Sample> _samples = [];

    private Exposition()
    {
    }

    /// <summary>The families by their names.</summary>
    public Dictionary<string, (string Type, string? Help)> Families { get; } = [];

    /// <summary>Every line with a value.</summary>
    public IReadOnlyList<Sample> Samples => _samples;

    /// <summary>Reads a page.</summary>
    /// <exception cref="FormatException">It is not of that format.</exception>
    public static Exposition Parse(string text)
    {
        if (text.Length > 0 && text[^1] != '\n') throw new FormatException("The last line has no end.");
        var result = new Exposition();
        var (family, help) = ("", (Name: "", Text: (string?)null));
        foreach (var line in text.Split('\n')[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                var space = line.IndexOf(' ', 7);
                help = (line[7..space], Unescape(line[(space + 1)..], quotes: false));
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var parts = line[7..].Split(' ');
                if (parts is not [_, "counter" or "gauge" or "histogram"]) throw new FormatException(line);
                family = parts[0];
                if (help.Text is not null && help.Name != family) throw new FormatException($"HELP of '{help.Name}' before TYPE of '{family}'.");
                result.Families.Add(family, (parts[1], help.Text));
                help = ("", null);
            }
            else
            {
                var sample = ParseSample(line);
                var belongs = sample.Name == family || (result.Families[family].Type == "histogram" && sample.Name[family.Length..] is "_bucket" or "_sum" or "_count");
                if (!belongs) throw new FormatException($"'{line}' is not of the family '{family}' before it.");
                if (result._samples.Any(s => s.Name == sample.Name && s.Key == sample.Key)) throw new FormatException($"'{line}' is there twice.");
                result._samples.Add(sample);
            }
        }

        foreach (var name in result.Families.Where(f => f.Value.Type == "histogram").Select(f => f.Key)) result.CheckHistogram(name);
        return result;
    }

    /// <summary>The one value with that name and these labels.</summary>
    public double Value(string name, params (string Name, string Value)[] labels)
        => Assert.Single(_samples, s => s.Name == name && labels.All(l => s.Labels.GetValueOrDefault(l.Name) == l.Value)).Value;

    private void CheckHistogram(string name)
    {
        foreach (var series in _samples.Where(s => s.Name == name + "_bucket").GroupBy(s => s.KeyWithout("le")))
        {
            var buckets = series.Select(s => (Limit: Number(s.Labels["le"]), s.Value)).ToList();
            if (!buckets.Select(b => b.Limit).SequenceEqual(buckets.Select(b => b.Limit).Order())) throw new FormatException($"The buckets of {name} are not in order.");
            if (!buckets.Select(b => b.Value).SequenceEqual(buckets.Select(b => b.Value).Order())) throw new FormatException($"The buckets of {name} do not add up.");
            if (!double.IsPositiveInfinity(buckets[^1].Limit)) throw new FormatException($"{name} has no bucket for +Inf.");
            if (buckets[^1].Value != _samples.Single(s => s.Name == name + "_count" && s.Key == series.Key).Value) throw new FormatException($"{name}: +Inf and the count differ.");
            _ = _samples.Single(s => s.Name == name + "_sum" && s.Key == series.Key);
        }
    }

    private static Sample ParseSample(string line)
    {
        var match = SampleLine().Match(line);
        if (!match.Success) throw new FormatException($"'{line}' is no sample.");
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = match.Groups["labels"].Value;
        foreach (Match label in Label().Matches(text)) labels.Add(label.Groups["name"].Value, Unescape(label.Groups["value"].Value, quotes: true));
        if (text.Length > 0 && string.Join(',', Label().Matches(text).Select(m => m.Value)) != text) throw new FormatException($"The labels of '{line}' cannot be read.");
        return new Sample(match.Groups["name"].Value, labels, Number(match.Groups["value"].Value));
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static string Unescape(string text, bool quotes)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            plain.Append(text[i] != '\\' ? text[i] : text[++i] switch
            {
                '\\' => '\\',
                'n' => '\n',
                '"' when quotes => '"',
                var other => throw new FormatException($"'\\{other}' means nothing."),
            });
        }

        return plain.ToString();
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>\S+)$""", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex SampleLine();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\]|\\.)*)"(?=,|$)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Label();

    /// <summary>A line with a value.</summary>
    public sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
    {
        /// <summary>Its labels, in one order.</summary>
        public string Key => KeyWithout("");

        /// <summary>Its labels but one, in one order.</summary>
        public string KeyWithout(string label) => string.Join('|', Labels.Where(l => l.Key != label).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"));
    }
}
