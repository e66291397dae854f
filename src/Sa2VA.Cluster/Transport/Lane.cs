namespace Sa2VA.Cluster.Transport;

/// <summary>A queue of work: what it takes to do it, and how urgent it is.</summary>
public readonly record struct Lane(WorkKind Kind, WorkPriority Priority)
{
    /// <summary>Where an item waits. What needs the language model has one queue for all priorities.</summary>
    public static Lane Of(WorkItem item) => Of(item.Kind, item.Priority);

    /// <inheritdoc cref="Of(WorkItem)"/>
    public static Lane Of(WorkKind kind, WorkPriority priority) => new(kind, kind == WorkKind.Video ? priority : WorkPriority.Normal);

    /// <summary>What people call it: <c>high</c>, <c>normal</c>, <c>low</c>, <c>keyframes</c>, <c>conversations</c>.</summary>
    public string Name => Kind switch
    {
        WorkKind.Keyframes => "keyframes",
        WorkKind.Conversation => "conversations",
        _ => Priority.ToString().ToLowerInvariant(),
    };

    /// <summary>The queues of some kinds, urgent ones first.</summary>
    public static IReadOnlyList<Lane> Of(IReadOnlyCollection<WorkKind> kinds) =>
    [
        .. kinds.Distinct().Order().SelectMany(kind => kind == WorkKind.Video
            ? Enum.GetValues<WorkPriority>().Select(priority => new Lane(kind, priority))
            : [new Lane(kind, WorkPriority.Normal)]),
    ];
}
