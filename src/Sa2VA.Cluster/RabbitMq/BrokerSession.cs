using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>A connection and the channel that its link is for, from their opening until one of them is lost.</summary>
internal sealed class BrokerSession : IAsyncDisposable
{
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _lost = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BrokerSession(IConnection connection, IChannel channel)
    {
        (Connection, Channel) = (connection, channel);
        connection.ConnectionShutdownAsync += OnShutdownAsync;
        channel.ChannelShutdownAsync += OnShutdownAsync;
    }

    public IConnection Connection { get; }

    public IChannel Channel { get; }

    /// <summary>Cancelled when it is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Completes, with the reason, when it is lost.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Closes a connection, at most for seconds and without complaint: it may be lost already.</summary>
    public static async ValueTask CloseAsync(IConnection connection)
    {
        try
        {
            await connection.CloseAsync(Constants.ReplySuccess, "Goodbye", FarewellTime, abort: true);
            await connection.DisposeAsync();
        }
        catch (Exception)
        {
            // Nobody can do anything about it, and the server notices by itself.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(Connection);
        await _lost.CancelAsync();
    }

    private async Task OnShutdownAsync(object sender, ShutdownEventArgs reason)
    {
        _ended.TrySetResult(reason.ReplyText);
        await _lost.CancelAsync();
    }
}
