using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>
/// Receives the mail of all keys that are bound here, through one exclusive queue per connection: bindings are made anew on each new one.
/// </summary>
/// <remarks>
/// What is promised: a letter that was sent with success is in the queue of every node that was bound to its key, and is handed to the
/// receiver there unless that node or its connection dies first. So a former owner that has not unbound yet gets it as well as the newest,
/// which does no harm: it is fenced off by its epoch. While a node is cut off its bindings are gone, and mail comes back to the sender.
/// </remarks>
internal sealed class MailRoom(QueueNames names, string node, TimeProvider time, ILogger log) : IAsyncDisposable
{
    /// <summary>Letters of all keys that are in hand and not yet dealt with; more of them wait at the server.</summary>
    private const int MostInHand = 128;

    /// <summary>Letters that wait at the server; senders of more of them wait.</summary>
    private const int MostWaiting = 10_000;

    /// <summary>The type of the message that a mailbox sends to itself: all mail from before it was unbound is in front of it.</summary>
    private const string EndOfMail = "sa2va.mail.end";

    // Whoever changes bindings, here or at the server, takes turns: a new connection must bind exactly those that are left.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<string, Mailbox> _boxes = new();
    private readonly ConcurrentDictionary<string, Mailbox> _draining = new();
    private Counter? _counter;

    /// <summary>Declares the queue of a new connection, binds all keys to it, and begins to receive.</summary>
    public async Task<IChannel> AttachAsync(IConnection connection, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            var counter = new Counter(channel, names.MailOf(node));
            await channel.QueueDeclareAsync(
                counter.Queue, durable: false, exclusive: true, autoDelete: true,
                new Dictionary<string, object?> { ["x-max-length"] = MostWaiting, ["x-overflow"] = "reject-publish" }, cancellationToken: cancellationToken);
            foreach (var key in _boxes.Keys) await channel.QueueBindAsync(counter.Queue, names.Mail, key, cancellationToken: cancellationToken);
            await channel.BasicQosAsync(0, MostInHand, global: false, cancellationToken);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, message) => ReceiveAsync(channel, message);
            channel.ChannelShutdownAsync += OnShutdownAsync;
            await channel.BasicConsumeAsync(counter.Queue, autoAck: false, consumer, cancellationToken);
            _counter = counter;
            return channel;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A box for a key, in place of any earlier one here. <see cref="BindAsync"/> it to let mail in.</summary>
    public async Task<Mailbox> AddAsync(string key, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return _boxes[key] = new Mailbox(this, key, receive, MostInHand, time, log);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Binds a box at the server.</summary>
    public async Task BindAsync(Mailbox box, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await _counter!.Channel.QueueBindAsync(_counter.Queue, names.Mail, box.Key, cancellationToken: cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes a box away, and completes it once all its mail is in it.</summary>
    public async Task UnbindAsync(Mailbox box, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Behind a newer binding of the same key it has got no mail since; and without a connection there is none to wait for.
            if (!_boxes.TryGetValue(box.Key, out var current) || current != box || _counter is not { Channel.IsOpen: true } counter)
            {
                _boxes.TryRemove(KeyValuePair.Create(box.Key, box));
                box.Complete();
                return;
            }

            await counter.Channel.QueueUnbindAsync(counter.Queue, names.Mail, box.Key, cancellationToken: cancellationToken);
            _draining[box.Id] = box;
            await counter.Channel.BasicPublishAsync(
                "", counter.Queue, mandatory: false, new BasicProperties { Type = EndOfMail, MessageId = box.Id, CorrelationId = box.Key }, ReadOnlyMemory<byte>.Empty, cancellationToken);
        }
        catch (Exception failure) when (BrokerFailure.MayPass(failure) && !cancellationToken.IsCancellationRequested)
        {
            End(box); // the connection, and with it the queue and its mail, is gone
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends all boxes. The connection must be closed before.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_boxes.Values.Select(box => box.DisposeAsync().AsTask()));
    }

    private async Task ReceiveAsync(IChannel channel, BasicDeliverEventArgs message)
    {
        // The body's memory is the client's again when this returns.
        var letter = new Letter(channel, message.DeliveryTag, message.Body.ToArray());
        if (message.Exchange.Length == 0 && message.BasicProperties is { Type: EndOfMail, MessageId: { } id })
        {
            if (_draining.TryGetValue(id, out var box)) End(box);
            await letter.SettleAsync();
        }
        else if (!_boxes.TryGetValue(message.RoutingKey, out var box) || !box.TryPost(letter))
        {
            await letter.SettleAsync(); // nobody is bound any more
        }
    }

    private void End(Mailbox box)
    {
        _draining.TryRemove(box.Id, out _);
        _boxes.TryRemove(KeyValuePair.Create(box.Key, box));
        box.Complete();
    }

    private Task OnShutdownAsync(object sender, ShutdownEventArgs reason)
    {
        foreach (var box in _draining.Values) End(box);
        return Task.CompletedTask;
    }

    /// <summary>Where mail arrives on the present connection.</summary>
    private sealed record Counter(IChannel Channel, string Queue);
}
