using System.Text.RegularExpressions;
using Sa2VA.Cluster.Tests.Telemetry;

namespace Sa2VA.Cluster.Tests.Deploy;

public sealed partial class AlertTests
{
    [Fact]
    public void Alerts_ask_for_metrics_that_exist_and_say_what_to_do()
    {
        var exported = ClusterMetricsTests.All().Samples.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        var rules = Yaml.Document(Repository.File("deploy", "prometheus", "alerts.yml")).List("groups", 0, "rules");
        Assert.NotEmpty(rules);
        foreach (var rule in rules)
        {
            var asked = MetricName().Matches(rule.Text("expr")).Select(m => m.Value).ToList();
            Assert.NotEmpty(asked);
            Assert.Empty(asked.Except(exported));
            Assert.NotEmpty(rule.Text("annotations", "summary"));
            Assert.NotEmpty(rule.Text("annotations", "description"));
        }
    }

    [GeneratedRegex(@"\bsa2va_[a-z0-9_]+")]
    private static partial Regex MetricName();
}
