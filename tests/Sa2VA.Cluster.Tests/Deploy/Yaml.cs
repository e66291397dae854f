using System.Text.RegularExpressions;

namespace Sa2VA.Cluster.Tests.Deploy;

/// <summary>
/// Reads the part of YAML that the files in deploy/ keep to: block maps and lists, lists in brackets, plain and quoted text, anchors,
/// merges and comments. What it does not know is an exception, and so is what is usually a slip: tabs, keys that are there twice.
/// </summary>
internal sealed partial class Yaml
{
    private readonly List<(int Number, int Indent, string Text)> _lines = [];
    private readonly Dictionary<string, object?> _anchors = [];
    private int _at;

    private Yaml(IEnumerable<(int Number, string Text)> lines)
    {
        foreach (var (number, raw) in lines)
        {
            if (raw.Contains('\t')) throw new FormatException($"Line {number} has a tab.");
            var text = WithoutComment(raw).TrimEnd();
            if (text.Length > 0) _lines.Add((number, text.Length - text.TrimStart().Length, text.TrimStart()));
        }
    }

    /// <summary>The documents of a file, each a map, a list or text.</summary>
    public static IReadOnlyList<object?> Documents(string path)
    {
        var documents = new List<List<(int, string)>> { new() };
        foreach (var (number, line) in File.ReadLines(path).Index())
        {
            if (line.TrimEnd() == "---") documents.Add([]);
            else documents[^1].Add((number + 1, line));
        }

        return [.. documents.Select(lines => new Yaml(lines)).Where(yaml => yaml._lines.Count > 0).Select(yaml => yaml.Whole())];
    }

    /// <summary>The only document of a file.</summary>
    public static object? Document(string path) => Assert.Single(Documents(path));

    private object? Whole()
    {
        var node = Node(_lines[0].Indent);
        return _at == _lines.Count ? node : throw Wrong("is indented by mistake");
    }

    private object? Node(int indent) => _lines[_at].Text is "-" || _lines[_at].Text.StartsWith("- ", StringComparison.Ordinal) ? Sequence(indent) : Map(indent);

    private List<object?> Sequence(int indent)
    {
        var items = new List<object?>();
        while (_at < _lines.Count && _lines[_at].Indent == indent && (_lines[_at].Text == "-" || _lines[_at].Text.StartsWith("- ", StringComparison.Ordinal)))
        {
            var (number, _, text) = _lines[_at];
            var rest = text[1..].TrimStart();
            if (rest.Length > 0 && rest[0] is not ('"' or '\'' or '[') && Pair().IsMatch(rest))
            {
                // The first pair of a map stands on the line of its dash.
                var inner = indent + text.Length - rest.Length;
                _lines[_at] = (number, inner, rest);
                items.Add(Map(inner));
            }
            else
            {
                _at++;
                items.Add(Value(rest, indent));
            }
        }

        return items;
    }

    private Dictionary<string, object?> Map(int indent)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        Dictionary<string, object?>? merged = null;
        while (_at < _lines.Count && _lines[_at].Indent == indent)
        {
            var match = Pair().Match(_lines[_at].Text);
            if (!match.Success) throw Wrong("is neither 'key: value' nor '- item'");
            var key = match.Groups["key"].Value.Trim('"');
            _at++;
            var value = Value(match.Groups["value"].Value.Trim(), indent);
            if (key == "<<") merged = (Dictionary<string, object?>)value!;
            else if (!map.TryAdd(key, value)) throw new FormatException($"'{key}' is there twice, the second time before line {(_at < _lines.Count ? _lines[_at].Number : -1)}.");
        }

        if (_at < _lines.Count && _lines[_at].Indent > indent) throw Wrong("is indented by mistake");
        foreach (var (key, value) in merged ?? []) map.TryAdd(key, value);
        return map;
    }

    private object? Value(string text, int indent)
    {
        var anchor = Anchor().Match(text);
        if (anchor.Success) text = text[anchor.Length..].Trim();
        var value = text.Length > 0 ? Scalar(text) : Nested(indent);
        if (anchor.Success) _anchors.Add(anchor.Groups["name"].Value, value);
        return value;
    }

    private object? Nested(int indent)
    {
        if (_at == _lines.Count) return null;
        var next = _lines[_at];
        // A list may stand as far left as the key that it belongs to.
        return next.Indent > indent || (next.Indent == indent && next.Text.StartsWith("- ", StringComparison.Ordinal)) ? Node(next.Indent) : null;
    }

    private object? Scalar(string text)
    {
        switch (text[0])
        {
            case '*':
                return _anchors[text[1..]];
            case '[':
                return text[^1] == ']' ? Items().Matches(text[1..^1]).Select(m => (object?)Text(m.Value.Trim())).ToList() : throw new FormatException($"'{text}' has no end.");
            case '{' or '|' or '>' or '&' or '!' or '%' or '@' or '`':
                throw new FormatException($"'{text}': this part of YAML is not used here.");
            default:
                return Text(text);
        }
    }

    private static string Text(string text)
    {
        if (text[0] is '"' or '\'') return text.Length > 1 && text[^1] == text[0] ? text[1..^1] : throw new FormatException($"'{text}' has no end.");
        return text.Contains(": ", StringComparison.Ordinal) ? throw new FormatException($"'{text}' must be in quotes, for its colon.") : text;
    }

    private static string WithoutComment(string line)
    {
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            if (quote != '\0') quote = line[i] == quote ? '\0' : quote;
            else if (line[i] is '"' or '\'' && (i == 0 || line[i - 1] is ' ' or '[' or ',')) quote = line[i];
            else if (line[i] == '#' && (i == 0 || line[i - 1] == ' ')) return line[..i];
        }

        return line;
    }

    private FormatException Wrong(string what) => new($"Line {_lines[_at].Number} {what}: {_lines[_at].Text}");

    [GeneratedRegex("""^(?<key>"[^"]+"|[^\s"'\[\]{}#&*!|>%@`,-][^:]*|<<):(?<value>\s.*)?$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Pair();

    [GeneratedRegex(@"^&(?<name>\w+)(?=\s|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Anchor();

    [GeneratedRegex("""("[^"]*"|'[^']*'|[^,\s][^,]*)""")]
    private static partial Regex Items();
}
