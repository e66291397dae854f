using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>The mail of one binding: hands letters to its receiver one at a time, in the order in which they came.</summary>
internal sealed class Mailbox : IAsyncDisposable
{
    /// <summary>How long unbinding waits for a receiver that does not come back, perhaps because it is the one who unbinds.</summary>
    internal static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    private readonly MailRoom _room;
    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> _receive;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Channel<Letter> _letters;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _reading;
    private int _disposed;

    public Mailbox(MailRoom room, string key, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive, int capacity, TimeProvider time, ILogger log)
    {
        (_room, Key, _receive, _time, _log) = (room, key, receive, time, log);
        _letters = Channel.CreateBounded<Letter>(new BoundedChannelOptions(capacity) { SingleReader = true });
        _reading = ReadAsync();
    }

    public string Key { get; }

    /// <summary>Tells this binding from an earlier one of the same key.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>False when it takes no more letters.</summary>
    public bool TryPost(Letter letter) => _letters.Writer.TryWrite(letter);

    /// <summary>No further letter comes; those that are here are still handed over.</summary>
    public void Complete() => _letters.Writer.TryComplete();

    /// <summary>Unbinds. Letters that the server had taken before are handed over first, as far as the receiver comes back within seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        using var limit = new CancellationTokenSource(DrainTime, _time);
        try
        {
            await _room.UnbindAsync(this, limit.Token);
            await _reading.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // Waiting on could be for ever: a receiver may be waiting for us.
            _log.ReceiverStuck(Key);
            Complete();
            await _stopping.CancelAsync();
        }
    }

    private async Task ReadAsync()
    {
        await foreach (var letter in _letters.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (!_stopping.IsCancellationRequested) await HandAsync(letter);
            await letter.SettleAsync();
        }
    }

    private async Task HandAsync(Letter letter)
    {
        try
        {
            await _receive(letter.Body, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Unbound meanwhile.
        }
        catch (Exception failure)
        {
            // One actor's failure must not keep the others from their mail.
            _log.ReceiverFailed(failure, Key);
        }
    }
}
