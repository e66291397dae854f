namespace Sa2VA.Cluster.Nodes.Presence;

/// <summary>
/// Which nodes there are, for people. Nothing is decided from it: who owns what is in the journal, and work of a lost node is the broker's to give
/// away. All members are safe to call from several threads.
/// </summary>
public interface INodeRegistry
{
    /// <summary>How often a node says that it is there.</summary>
    static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>A node that was silent for so long does not count as alive.</summary>
    static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    /// <summary>A node that was silent for so long is forgotten.</summary>
    static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    /// <summary>Replaces what a node said of itself.</summary>
    Task AnnounceAsync(NodePresence node, CancellationToken cancellationToken);

    /// <summary>Forgets a node that has ended in good order.</summary>
    Task LeaveAsync(string name, CancellationToken cancellationToken);

    /// <summary>The nodes, by name.</summary>
    Task<IReadOnlyList<KnownNode>> ListAsync(CancellationToken cancellationToken);
}
