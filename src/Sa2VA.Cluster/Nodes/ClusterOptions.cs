using Sa2VA.Cluster.Archive;

namespace Sa2VA.Cluster.Nodes;

/// <summary>How a process uses its cluster's servers.</summary>
public sealed record ClusterOptions
{
    /// <summary>Who it is, for whoever looks at the servers.</summary>
    public required string Name { get; init; }

    /// <summary>Names what this cluster keeps in servers that others use too.</summary>
    public string Prefix { get; init; } = "sa2va";

    /// <summary>For files in work.</summary>
    public string ScratchFolder { get; init; } = Path.Combine(Path.GetTempPath(), "sa2va-node");

    /// <summary>After what time masks leave Redis; null for never.</summary>
    public TimeSpan? MaskExpiry { get; init; }

    /// <summary>Where masks are kept for good; null for in Redis only.</summary>
    public ArchiveSettings? Archive { get; init; }

    /// <summary>Told that a connection to a server was made again: <c>postgres</c>, <c>rabbitmq</c> or <c>redis</c>.</summary>
    public Action<string>? Reconnected { get; init; }

    /// <summary>After how long without a sign of life the broker gives a node up, and its work to another.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(20);
}
