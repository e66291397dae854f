using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>What our queues and exchanges are called. See <c>docs/rabbitmq.md</c>.</summary>
internal sealed class QueueNames(string prefix)
{
    /// <summary>All queues of work.</summary>
    public static IReadOnlyList<Lane> Lanes { get; } = Lane.Of(Enum.GetValues<WorkKind>());

    /// <summary>Work that was given up.</summary>
    public string Dead { get; } = $"{prefix}.dead";

    /// <summary>Whoever owns this exclusive queue may look through the dead.</summary>
    public string DeadReader { get; } = $"{prefix}.dead.reader";

    /// <summary>The exchange that carries mail, by key.</summary>
    public string Mail { get; } = $"{prefix}.mail";

    /// <summary>The queue of a kind and priority of work.</summary>
    public string Of(Lane lane) => lane.Kind == WorkKind.Video ? $"{prefix}.work.{lane.Name}" : $"{prefix}.{lane.Name}";

    /// <summary>One connection's letter box. It never has the name of an earlier one, which the server may not have noticed to be dead.</summary>
    public string MailOf(string node) => $"{prefix}.mail.{node}.{Guid.NewGuid():N}";
}
