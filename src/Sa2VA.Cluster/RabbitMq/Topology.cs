using RabbitMQ.Client;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>The queues and the exchange that every node declares alike, at start and after each reconnect. Declaring what exists changes nothing.</summary>
internal sealed class Topology(QueueNames names, RabbitMqOptions options)
{
    /// <summary>Newer servers count a look at the dead as a failed delivery and have a limit by default; the dead must outlive any number of looks.</summary>
    private const int NoLimit = int.MaxValue;

    public async Task DeclareAsync(IConnection connection, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(names.Mail, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await DeclareQueueAsync(channel, names.Dead, QuorumQueue(NoLimit), cancellationToken);
        foreach (var lane in QueueNames.Lanes) await DeclareQueueAsync(channel, names.Of(lane), WorkQueue(), cancellationToken);
    }

    private static Task DeclareQueueAsync(IChannel channel, string name, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
        => channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);

    private static Dictionary<string, object?> QuorumQueue(int deliveryLimit) => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = deliveryLimit,
    };

    private Dictionary<string, object?> WorkQueue() => new(QuorumQueue(options.DeliveryLimit))
    {
        ["x-dead-letter-exchange"] = "",
        ["x-dead-letter-routing-key"] = names.Dead,

        // Without these two the server drops a dead letter that its queue cannot take at that moment.
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };
}
