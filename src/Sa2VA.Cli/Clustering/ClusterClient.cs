using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cli.Clustering;

/// <summary>A person's way into a cluster, by the settings of any of its nodes.</summary>
internal static class ClusterClient
{
    public static async Task<int> WithAsync(string file, Func<ClusterConnection, NodeSettings, Task<int>> work, CancellationToken cancellationToken)
    {
        var settings = SettingsFile.Read<NodeSettings>(file);
        await using var cluster = await ClusterConnection.OpenAsync(
            settings.Servers, settings.ToClusterOptions() with { Name = $"{Environment.MachineName}-{Environment.ProcessId}" }, logs: null, cancellationToken);
        return await work(cluster, settings);
    }
}
