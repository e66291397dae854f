using RabbitMQ.Client;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>Work in hand, bound to the channel that it came on: when that is lost, the server gives the work to another and this is void.</summary>
internal sealed class WorkDelivery(WorkConsumer consumer, IChannel channel, ulong tag, ReadOnlyMemory<byte> body, WorkItem item, bool isRedelivered) : IWorkDelivery
{
    private int _settled;

    public WorkItem Item => item;

    public bool IsRedelivered => isRedelivered;

    /// <summary>Numbers the deliveries of a channel in the order in which they came.</summary>
    public ulong Tag => tag;

    public ValueTask AcknowledgeAsync(CancellationToken cancellationToken)
        => SettleAsync(stop => channel.BasicAckAsync(tag, multiple: false, stop), cancellationToken);

    public ValueTask ReturnAsync(CancellationToken cancellationToken)
        => SettleAsync(stop => channel.BasicNackAsync(tag, multiple: false, requeue: true, stop), cancellationToken);

    public ValueTask BuryAsync(string reason, CancellationToken cancellationToken) => SettleAsync(
        async stop =>
        {
            // In this order: if the connection is lost in between the work is there twice, never not at all.
            await consumer.BuryAsync(body, reason, stop);
            await channel.BasicAckAsync(tag, multiple: false, stop);
        },
        cancellationToken);

    private async ValueTask SettleAsync(Func<CancellationToken, ValueTask> settle, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _settled, 1) == 1) return;
        try
        {
            if (channel.IsOpen) await settle(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Volatile.Write(ref _settled, 0); // it may be settled another time
            throw;
        }
        catch (Exception failure) when (BrokerFailure.MayPass(failure))
        {
            // The channel is gone, and with it our claim.
        }
        catch
        {
            Volatile.Write(ref _settled, 0);
            throw;
        }

        consumer.Settled(this);
    }
}
