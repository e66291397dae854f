using System.Globalization;
using Sa2VA.Models.Sam2;

namespace Sa2VA.Benchmarks;

/// <summary>A command followed by pairs of <c>--name value</c>.</summary>
internal sealed class BenchmarkArguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public BenchmarkArguments(string[] args)
    {
        Command = args.Length > 0 ? args[0] : "";
        for (var i = 1; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length)
                throw new ArgumentException($"'{args[i]}' is not an option with a value; options are given as --name value.");
            _values[args[i][2..]] = args[i + 1];
        }
    }

    public string Command { get; }

    public string Text(string name, string fallback) => _values.GetValueOrDefault(name, fallback);

    public int Number(string name, int fallback) => _values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;

    public IReadOnlyList<int> Numbers(string name, string fallback) =>
        [.. Text(name, fallback).Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];

    /// <summary>The published model whose trunk is named.</summary>
    public Sam2Config Model() => Text("trunk", "t") switch
    {
        "t" => Sam2Config.HieraTiny(),
        "s" => Sam2Config.HieraSmall(),
        "b+" => Sam2Config.HieraBasePlus(),
        "l" => Sam2Config.HieraLarge(),
        var other => throw new ArgumentException($"There is no trunk '{other}'; the published ones are t, s, b+ and l."),
    };
}
