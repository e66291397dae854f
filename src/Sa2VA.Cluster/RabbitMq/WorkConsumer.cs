using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>
/// One enumeration of work. It fetches (<c>basic.get</c>) one message when a slot is free, so that none lies with a node that cannot start it.
/// Before that it asks how many wait in each queue: that question is answered from memory, while a <c>basic.get</c> on a quorum queue, even
/// an empty one, is an entry in the log that its replicas write to disk.
/// </summary>
/// <remarks>
/// The server's <c>consumer_timeout</c> (30 minutes by default) holds for fetched messages as well as for pushed ones: a delivery that is
/// held longer makes the server close the channel, which voids all deliveries of this enumeration and hands their work out again. Whoever
/// holds work longer than that, or near it, has to queue its continuation and acknowledge.
/// </remarks>
internal sealed class WorkConsumer(
    BrokerLink link, Publisher publisher, QueueNames names, IReadOnlyCollection<WorkKind> kinds, int prefetch, Bell bell, Func<BackOff> newLook, TimeProvider time, ILogger log)
    : IAsyncDisposable
{
    private readonly FairOrder _order = new(Lane.Of(kinds));
    private readonly SemaphoreSlim _slots = new(prefetch, prefetch);
    private readonly Lock _gate = new();
    private readonly HashSet<WorkDelivery> _unsettled = [];
    private IChannel? _channel;

    /// <summary>The next work, when a slot is free and there is some.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The transport is closed.</exception>
    public async Task<WorkDelivery> NextAsync(CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        for (var look = newLook(); ;)
        {
            var rung = bell.Next;
            if (await link.UseAsync(session => LookAsync(session, cancellationToken), cancellationToken) is { } delivery) return delivery;
            await look.PauseAsync(rung, cancellationToken);
        }
    }

    /// <summary>Frees a delivery's slot.</summary>
    public void Settled(WorkDelivery delivery)
    {
        lock (_gate)
        {
            if (!_unsettled.Remove(delivery)) return;
        }

        _slots.Release();
        bell.Ring();
    }

    /// <summary>Puts a message with the dead.</summary>
    public Task BuryAsync(ReadOnlyMemory<byte> body, string reason, CancellationToken cancellationToken)
        => publisher.QueueAsync(DeadLetter.Write(names, body, reason, time.GetUtcNow()), cancellationToken);

    /// <summary>Gives back what is unsettled, in the order in which it came.</summary>
    public async ValueTask DisposeAsync()
    {
        WorkDelivery[] left;
        lock (_gate) left = [.. _unsettled.OrderBy(delivery => delivery.Tag)];
        foreach (var delivery in left) await delivery.ReturnAsync(CancellationToken.None);
        await DropChannelAsync();
    }

    private async Task<WorkDelivery?> LookAsync(BrokerSession session, CancellationToken cancellationToken)
    {
        try
        {
            if (_channel is not { IsOpen: true })
            {
                await DropChannelAsync();
                _channel = await session.Connection.CreateChannelAsync(cancellationToken: cancellationToken);
            }

            return await TakeAsync(_channel, cancellationToken);
        }
        catch
        {
            // A message that the server sent while we gave up would be held by this channel, and nobody would know of it.
            await DropChannelAsync();
            throw;
        }
    }

    private async Task<WorkDelivery?> TakeAsync(IChannel channel, CancellationToken cancellationToken)
    {
        var filled = await FilledAsync(channel, cancellationToken);
        while (filled.Count > 0)
        {
            var lane = filled[0];
            if (await channel.BasicGetAsync(names.Of(lane), autoAck: false, cancellationToken) is not { } message)
            {
                filled.RemoveAt(0); // another node was faster
            }
            else if (WorkMessage.TryRead(message.Body, out var item, out var problem))
            {
                _order.Took(lane, filled[1..]);
                return Hand(new WorkDelivery(this, channel, message.DeliveryTag, message.Body, item, message.Redelivered));
            }
            else
            {
                log.Unreadable(names.Of(lane), problem);
                await BuryAsync(message.Body, problem, cancellationToken);
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false, cancellationToken);
            }
        }

        return null;
    }

    // The queues that have work, the one whose turn it is first.
    private async Task<List<Lane>> FilledAsync(IChannel channel, CancellationToken cancellationToken)
    {
        var filled = new List<Lane>();
        foreach (var lane in _order.Next())
        {
            if (await channel.MessageCountAsync(names.Of(lane), cancellationToken) > 0) filled.Add(lane);
        }

        return filled;
    }

    private WorkDelivery Hand(WorkDelivery delivery)
    {
        lock (_gate) _unsettled.Add(delivery);
        return delivery;
    }

    private async Task DropChannelAsync()
    {
        if (_channel is not { } channel) return;
        _channel = null;
        try
        {
            await channel.DisposeAsync();
        }
        catch (Exception failure) when (BrokerFailure.MayPass(failure))
        {
            // Lost already.
        }
    }
}
