using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>
/// Publishes with confirms and <c>mandatory</c>, through the server's absence. When a connection is lost before the confirm, nobody knows
/// whether the server has the message: it is published again, and may then be there twice.
/// </summary>
internal sealed class Publisher(BrokerLink link)
{
    /// <summary>Messages that wait for their confirm; more of them wait for room, so that a slow server is not flooded.</summary>
    private const int MostUnconfirmed = 256;

    private readonly SemaphoreSlim _room = new(MostUnconfirmed, MostUnconfirmed);

    /// <summary>Opens the channel that a publisher's link is for.</summary>
    public static Task<IChannel> OpenChannelAsync(IConnection connection, CancellationToken cancellationToken)
        => connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);

    /// <summary>True when the server has the message for good, false when it has no queue for it and so forgot it.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the server may have the message or not.</exception>
    public Task<bool> PublishAsync(Outgoing message, CancellationToken cancellationToken)
        => link.UseAsync(session => TryPublishAsync(session, message, cancellationToken), cancellationToken);

    /// <summary>Puts a message into a queue of ours, which is declared anew when somebody has deleted it.</summary>
    /// <exception cref="ServerUnavailableException">The queue does not stay.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the queue may have the message or not.</exception>
    public async Task QueueAsync(Outgoing message, CancellationToken cancellationToken)
    {
        if (await PublishAsync(message, cancellationToken)) return;
        await link.DeclareAsync(cancellationToken);
        if (!await PublishAsync(message, cancellationToken))
            throw new ServerUnavailableException($"Queue '{message.RoutingKey}' is missing at RabbitMQ and does not stay when it is declared, so that nothing can be put into it. Find out who deletes it.");
    }

    private async Task<bool> TryPublishAsync(BrokerSession session, Outgoing message, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        try
        {
            // Cancelling only ends the wait. Inside the client it could mix up the sequence numbers of others' messages (7.1.2 releases its
            // lock even when it was cancelled before it had it), and a wrong confirm would lose work.
            await SendAsync(session, message).WaitAsync(cancellationToken);
            return true;
        }
        catch (PublishException unroutable) when (unroutable.IsReturn)
        {
            return false;
        }
    }

    // Runs until the confirm or the loss of the session, whether or not somebody still waits for it.
    private async Task SendAsync(BrokerSession session, Outgoing message)
    {
        try
        {
            await session.Channel.BasicPublishAsync(message.Exchange, message.RoutingKey, mandatory: true, message.Properties(), message.Body, session.Lost);
        }
        finally
        {
            _room.Release();
        }
    }
}
