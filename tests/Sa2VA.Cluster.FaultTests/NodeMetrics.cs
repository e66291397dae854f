using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>Reads the metrics of nodes as Prometheus does.</summary>
internal static partial class NodeMetrics
{
    private static readonly HttpClient s_http = new();

    /// <summary>Lets the nodes that are started from now on answer, each on a port of its own.</summary>
    public static void ServeMetrics(this TestCluster cluster) => cluster.NodeSettings["telemetry"] = new JsonObject { ["port"] = 0 };

    /// <summary>Waits until a node, started just now, says where.</summary>
    public static async Task<Uri> MetricsOfAsync(this TestCluster cluster, NodeProcess node, CancellationToken cancellationToken)
    {
        var line = await cluster.HearAsync(line => line.EventId == NodeEvents.Answers && line.Node == node.Name, cancellationToken);
        return new Uri($"http://127.0.0.1:{int.Parse(PortAtTheEnd().Match(line.Text).Groups["port"].Value, CultureInfo.InvariantCulture)}/metrics");
    }

    /// <summary>What it has counted.</summary>
    public static async Task<Exposition> ReadAsync(Uri metrics, CancellationToken cancellationToken) => Exposition.Parse(await s_http.GetStringAsync(metrics, cancellationToken));

    [GeneratedRegex(@"port (?<port>[0-9]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex PortAtTheEnd();
}
