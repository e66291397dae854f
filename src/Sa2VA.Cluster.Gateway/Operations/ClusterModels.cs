using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Nodes.Presence;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Gateway.Operations;

/// <summary>The cluster.</summary>
/// <param name="Models">Names of the models that jobs may ask for.</param>
/// <param name="Queues">What waits.</param>
/// <param name="Dead">How much work was given up.</param>
/// <param name="Nodes">Who works, and what everybody has in hand.</param>
public sealed record ClusterBody(IReadOnlyList<string> Models, IReadOnlyList<QueueBody> Queues, long Dead, IReadOnlyList<NodeBody> Nodes);

/// <summary>A queue.</summary>
/// <param name="Kind">What a node must be able to do to take from it.</param>
/// <param name="Priority">How urgent its work is.</param>
/// <param name="Waiting">How much waits, without what is in hand.</param>
public sealed record QueueBody(WorkKind Kind, WorkPriority Priority, long Waiting);

/// <summary>A node.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Roles">What work it takes.</param>
/// <param name="Models">Names of the models that it knows.</param>
/// <param name="Devices">What it computes on.</param>
/// <param name="Slots">Videos that it works on at the same time.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="SeenAt">When it last said something.</param>
/// <param name="IsAlive">Whether that is recent.</param>
/// <param name="IsDraining">It takes no more work and hands over what it has.</param>
/// <param name="Videos">What it has in hand, the longest first.</param>
public sealed record NodeBody(
    string Name, IReadOnlyList<NodeRole> Roles, IReadOnlyList<string> Models, IReadOnlyList<PresentDevice> Devices, int Slots, DateTimeOffset StartedAt, DateTimeOffset SeenAt,
    bool IsAlive, bool IsDraining, IReadOnlyList<HeldVideo> Videos)
{
    internal static NodeBody Of(KnownNode known, DateTimeOffset now) => new(
        known.Node.Name, known.Node.Roles, known.Node.Models, known.Node.Devices, known.Node.Devices.Sum(device => device.Slots), known.Node.StartedAt, now - known.Silence,
        known.IsAlive, known.Node.IsDraining, known.Node.Videos);
}

/// <summary>Work that was given up.</summary>
/// <param name="VideoId">Whose.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
public sealed record DeadBody(string VideoId, string Reason, DateTimeOffset At);
