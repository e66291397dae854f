namespace Sa2VA.Cluster.Nodes.Presence;

/// <summary>What a node says of itself.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Roles">What work it takes.</param>
/// <param name="Models">Names of the models that it knows.</param>
/// <param name="Devices">What it computes on.</param>
/// <param name="StartedAt">When it began, by its own clock.</param>
/// <param name="IsDraining">It takes no more work and hands over what it has.</param>
/// <param name="Videos">What it has in hand.</param>
public sealed record NodePresence(
    string Name, IReadOnlyList<NodeRole> Roles, IReadOnlyList<string> Models, IReadOnlyList<PresentDevice> Devices, DateTimeOffset StartedAt, bool IsDraining, IReadOnlyList<HeldVideo> Videos);

/// <summary>A device of a node.</summary>
/// <param name="Device">Its name, as <c>cuda:0</c>.</param>
/// <param name="Slots">Videos that it works on at the same time.</param>
public sealed record PresentDevice(string Device, int Slots);

/// <summary>A video in a node's hand.</summary>
/// <param name="VideoId">Which.</param>
/// <param name="Since">Since when, by the node's clock.</param>
public sealed record HeldVideo(string VideoId, DateTimeOffset Since);

/// <summary>A node and when it last said something.</summary>
/// <param name="Node">What it said.</param>
/// <param name="Silence">How long ago, by the server's clock.</param>
public sealed record KnownNode(NodePresence Node, TimeSpan Silence)
{
    /// <summary>Whether it is likely to live: it has missed no more than two of its announcements.</summary>
    public bool IsAlive => Silence < INodeRegistry.LongestSilence;
}
