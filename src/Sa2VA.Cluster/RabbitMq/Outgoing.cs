using RabbitMQ.Client;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>A message on its way to the server.</summary>
/// <param name="Exchange">Empty for straight to the queue that <paramref name="RoutingKey"/> names.</param>
/// <param name="RoutingKey">At most 255 bytes.</param>
/// <param name="Body">What is said.</param>
/// <param name="Type">What kind of message it is.</param>
/// <param name="Persistent">Whether it outlives the server.</param>
/// <param name="Headers">What is said about it.</param>
internal sealed record Outgoing(string Exchange, string RoutingKey, ReadOnlyMemory<byte> Body, string Type, bool Persistent, IReadOnlyDictionary<string, object?>? Headers = null)
{
    /// <summary>New ones for each attempt: the client writes its sequence number into them.</summary>
    public BasicProperties Properties() => new()
    {
        Persistent = Persistent,
        ContentType = "application/json",
        Type = Type,
        Headers = Headers is null ? null : new Dictionary<string, object?>(Headers),
    };
}
