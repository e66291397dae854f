using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Remote;

/// <summary><c>sa2va nodes</c>: who works, on what, and how much waits.</summary>
internal static class NodesSession
{
    public static async Task<int> ExecuteAsync(Sa2vaClient client, bool json, CancellationToken stop)
    {
        var cluster = await client.GetClusterAsync(stop);
        if (json)
        {
            Console.Out.WriteLine(RemoteText.Typed("cluster", cluster).ToJsonString());
            return ExitCodes.Success;
        }

        Console.Out.WriteLine($"models: {string.Join(", ", cluster.Models)}");
        foreach (var node in cluster.Nodes)
            Console.Out.WriteLine($"{node.Name}  {(!node.IsAlive ? "silent" : node.IsDraining ? "draining" : "alive"),-8}  {node.Videos.Count}/{node.Slots} slots{string.Concat(node.Videos.Select(video => "  " + video.VideoId))}");
        foreach (var queue in cluster.Queues)
            Console.Out.WriteLine($"queue {queue.Kind} {queue.Priority}: {queue.Waiting} waiting");
        if (cluster.Dead > 0) Console.Out.WriteLine($"{cluster.Dead} given up");
        return ExitCodes.Success;
    }
}
