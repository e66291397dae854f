namespace Sa2VA.Cluster.Transport;

/// <summary>A queue of work: what it takes to do it, and how urgent it is.</summary>
public readonly record struct Lane(WorkKind Kind, WorkPriority Priority)
{
    /// <summary>Where an item waits. Questions to the language model have one queue for all priorities.</summary>
    public static Lane Of(WorkItem item) => new(item.Kind, item.Kind == WorkKind.Keyframes ? WorkPriority.Normal : item.Priority);

    /// <summary>The queues of some kinds, urgent ones first.</summary>
    public static IReadOnlyList<Lane> Of(IReadOnlyCollection<WorkKind> kinds) =>
    [
        .. kinds.Distinct().Order().SelectMany(kind => kind == WorkKind.Keyframes
            ? [new Lane(kind, WorkPriority.Normal)]
            : Enum.GetValues<WorkPriority>().Select(priority => new Lane(kind, priority))),
    ];
}
