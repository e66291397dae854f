using RabbitMQ.Client;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>
/// Looks through the dead, and puts them back in their order. A queue cannot be read without taking from it, so that two who look at once
/// would hide work from each other: they take turns, by the ownership of an exclusive queue, on a connection of their own that gives
/// everything back when it ends, however it ends. The time taken grows with the number of the dead, about a millisecond each.
/// </summary>
internal sealed class DeadQueue(BrokerConnector connector, Topology topology, QueueNames names, Func<BackOff> newBackOff)
{
    /// <summary>The oldest.</summary>
    public Task<IReadOnlyList<DeadWork>> ListAsync(int limit, CancellationToken cancellationToken) => AloneAsync(
        async channel =>
        {
            var messages = await TakeAsync(channel, limit, cancellationToken);
            foreach (var message in messages) await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: true, cancellationToken);
            return (IReadOnlyList<DeadWork>)[.. messages.Select(DeadLetter.Read).OrderBy(dead => dead.At)];
        },
        cancellationToken);

    /// <summary>Removes all of a video; false when there is none.</summary>
    public Task<bool> ForgetAsync(string videoId, CancellationToken cancellationToken) => AloneAsync(
        async channel =>
        {
            var found = false;
            foreach (var message in await TakeAsync(channel, int.MaxValue, cancellationToken))
            {
                var forget = DeadLetter.Read(message).Item.VideoId == videoId;
                found |= forget;
                if (forget) await channel.BasicAckAsync(message.DeliveryTag, multiple: false, cancellationToken);
                else await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: true, cancellationToken);
            }

            return found;
        },
        cancellationToken);

    private async Task<List<BasicGetResult>> TakeAsync(IChannel channel, int limit, CancellationToken cancellationToken)
    {
        var messages = new List<BasicGetResult>();
        while (messages.Count < limit && await channel.BasicGetAsync(names.Dead, autoAck: false, cancellationToken) is { } message) messages.Add(message);
        return messages;
    }

    private async Task<T> AloneAsync<T>(Func<IChannel, Task<T>> look, CancellationToken cancellationToken)
    {
        for (var wait = newBackOff(); ; await wait.PauseAsync(cancellationToken))
        {
            try
            {
                var connection = await connector.ConnectAsync("dead", cancellationToken);
                try
                {
                    await topology.DeclareAsync(connection, cancellationToken);
                    var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
                    await channel.QueueDeclareAsync(names.DeadReader, durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
                    var seen = await look(channel);

                    // The answer comes after the server has dealt with all the settlements before it.
                    await channel.QueueDeleteAsync(names.DeadReader, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken);
                    return seen;
                }
                finally
                {
                    await BrokerSession.CloseAsync(connection);
                }
            }
            catch (Exception failure) when (BrokerFailure.CodeOf(failure) == BrokerFailure.Locked)
            {
                // Another is looking, which does not take long.
            }
            catch (Exception failure) when (BrokerFailure.MayPass(failure) && !cancellationToken.IsCancellationRequested)
            {
                throw connector.Explain(failure);
            }
        }
    }
}
