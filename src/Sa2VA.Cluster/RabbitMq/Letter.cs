using RabbitMQ.Client;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>A letter in hand.</summary>
internal sealed record Letter(IChannel Channel, ulong Tag, byte[] Body)
{
    /// <summary>Makes room for another at the server.</summary>
    public async ValueTask SettleAsync()
    {
        try
        {
            if (Channel.IsOpen) await Channel.BasicAckAsync(Tag, multiple: false);
        }
        catch (Exception failure) when (BrokerFailure.MayPass(failure))
        {
            // The queue was this connection's own and is gone with it.
        }
    }
}
