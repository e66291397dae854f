using System.Text.Json;
using System.Text.RegularExpressions;
using Sa2VA.Cluster.Tests.Deploy;

namespace Sa2VA.Cluster.Tests.Telemetry;

public sealed partial class DashboardTests
{
    private static readonly JsonElement Dashboard = JsonDocument.Parse(File.ReadAllText(Repository.File("deploy", "grafana", "sa2va.json"))).RootElement;

    private static IEnumerable<JsonElement> Panels => Dashboard.GetProperty("panels").EnumerateArray();

    private static IEnumerable<string> Queries
        => Panels.Where(p => p.TryGetProperty("targets", out _)).SelectMany(p => p.GetProperty("targets").EnumerateArray()).Select(t => t.GetProperty("expr").GetString()!)
            .Concat(Dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().Where(v => v.GetProperty("type").GetString() == "query").Select(v => v.GetProperty("query").GetString()!));

    [Fact]
    public void Every_metric_that_is_asked_for_exists()
    {
        var exported = ClusterMetricsTests.All().Samples.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        var asked = Queries.SelectMany(query => MetricName().Matches(query).Select(m => m.Value)).Distinct().ToList();
        Assert.Empty(asked.Except(exported));
        Assert.True(asked.Count >= 15, $"The dashboard asks for {asked.Count} metrics only.");
    }

    [Fact]
    public void Every_metric_that_exists_is_shown()
    {
        var all = string.Join('\n', Queries);
        Assert.All(ClusterMetricsTests.All().Families.Keys, family => Assert.Contains(family, all, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_label_that_is_asked_for_exists()
    {
        var exported = ClusterMetricsTests.All().Samples;
        foreach (var query in Queries)
        {
            foreach (Match use in Selector().Matches(query))
            {
                var labels = exported.First(s => s.Name == use.Groups["name"].Value).Labels.Keys;
                Assert.Empty(LabelName().Matches(use.Groups["labels"].Value).Select(m => m.Groups["name"].Value).Except(labels));
            }
        }
    }

    [Fact]
    public void Panels_do_not_overlap_and_have_their_own_ids()
    {
        var places = Panels.Select(p => p.GetProperty("gridPos")).Select(g => (X: g.GetProperty("x").GetInt32(), Y: g.GetProperty("y").GetInt32(), W: g.GetProperty("w").GetInt32(), H: g.GetProperty("h").GetInt32())).ToList();
        Assert.All(places, p => Assert.InRange(p.X + p.W, 1, 24));
        for (var i = 0; i < places.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (a, b) = (places[i], places[j]);
                Assert.False(a.X < b.X + b.W && b.X < a.X + a.W && a.Y < b.Y + b.H && b.Y < a.Y + a.H, $"Panels {j} and {i} overlap.");
            }
        }

        var ids = Panels.Select(p => p.GetProperty("id").GetInt32()).ToList();
        Assert.Equal(ids.Distinct(), ids);
    }

    [GeneratedRegex(@"\bsa2va_[a-z0-9_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"\b(?<name>sa2va_[a-z0-9_]+)\{(?<labels>[^}]*)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Selector();

    [GeneratedRegex(@"(?<name>[a-z_]+)\s*(=~|!~|!=|=)", RegexOptions.ExplicitCapture)]
    private static partial Regex LabelName();
}
