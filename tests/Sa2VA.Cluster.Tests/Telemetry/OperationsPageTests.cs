using System.Text.RegularExpressions;
using Sa2VA.Cluster.Tests.Deploy;

namespace Sa2VA.Cluster.Tests.Telemetry;

/// <summary>The table of metrics in docs/operations.md is that of the metrics that there are.</summary>
public sealed partial class OperationsPageTests
{
    [Fact]
    public void The_page_lists_every_metric_with_its_labels_and_no_other()
    {
        var exported = ClusterMetricsTests.All();
        var described = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (Match row in Row().Matches(File.ReadAllText(Repository.File("docs", "operations.md"))))
        {
            foreach (Match name in Quoted().Matches(row.Groups["names"].Value))
                described.Add(name.Groups["word"].Value, [.. Quoted().Matches(row.Groups["labels"].Value).Select(label => label.Groups["word"].Value)]);
        }

        Assert.Equal(exported.Families.Keys.Order(StringComparer.Ordinal), described.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, labels) in described)
        {
            var samples = exported.Samples.Where(s => s.Name == name || s.Name == name + "_count");
            var found = samples.SelectMany(s => s.Labels.Keys).Distinct().Where(label => label != "node");
            Assert.Equal(found.Order(StringComparer.Ordinal), labels.Order(StringComparer.Ordinal));
        }
    }

    [GeneratedRegex(@"^\| (?<names>`sa2va_[^|]*)\|(?<labels>[^|]*)\|", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<word>[a-z0-9_]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();
}
