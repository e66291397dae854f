using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>
/// The cluster's transport: quorum queues and a direct exchange of RabbitMQ (3.10 or later), described in <c>docs/rabbitmq.md</c>. One per
/// process; thread-safe. It holds two connections, one to publish and one to receive, because a server that runs out of memory or disk stops
/// reading from those that publish, and what is in hand must still be settled then. When the server is away every operation waits, with
/// back-off, until it is back or the operation is cancelled; deliveries in hand are void then, and their work is handed out again. Only questions
/// (<see cref="LengthsAsync"/>, <see cref="CountDeadAsync"/>, <see cref="DeadWorkAsync"/>) and <see cref="ForgetDeadAsync"/> fail at once.
/// </summary>
public sealed class RabbitMqTransport : ITransport
{
    /// <summary>Bytes of a key in AMQP.</summary>
    private const int LongestKey = 255;

    private readonly RabbitMqOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly QueueNames _names;
    private readonly MailRoom _mail;
    private readonly DeadQueue _dead;
    private readonly Bell _bell = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly BrokerLink _receiving;
    private readonly BrokerLink _publishing;
    private readonly Publisher _publisher;

    private RabbitMqTransport(RabbitMqOptions options, TimeProvider time, ILogger log, QueueNames names, MailRoom mail, DeadQueue dead, BrokerLink receiving, BrokerLink publishing)
    {
        (_options, _time, _log, _names, _mail, _dead, _receiving, _publishing) = (options, time, log, names, mail, dead, receiving, publishing);
        _publisher = new Publisher(publishing);
    }

    /// <summary>Whether both connections are there, as far as is known.</summary>
    public bool IsConnected => _receiving.IsConnected && _publishing.IsConnected;

    /// <summary>Connects, once, and declares the queues.</summary>
    /// <param name="endpoint">The server. <see cref="ServerEndpoint.Space"/> is the virtual host, "/" by default; without a user it is "guest", whom servers only let in from the same machine.</param>
    /// <param name="options">How to use it.</param>
    /// <param name="log">Where losses of the connection are told; null for nowhere.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellationToken">Until it is connected.</param>
    /// <exception cref="SettingsException">The server does not let us in or lets us not declare our queues, or a setting is wrong.</exception>
    /// <exception cref="ServerUnavailableException">The server cannot be reached.</exception>
    public static async Task<RabbitMqTransport> ConnectAsync(
        ServerEndpoint endpoint, RabbitMqOptions options, ILogger<RabbitMqTransport>? log, TimeProvider? time, CancellationToken cancellationToken)
    {
        options.Validate();
        time ??= TimeProvider.System;
        ILogger logger = log ?? NullLogger<RabbitMqTransport>.Instance;
        var names = new QueueNames(options.Prefix);
        var connector = new BrokerConnector(endpoint, options);
        var topology = new Topology(names, options);
        var mail = new MailRoom(names, options.NodeName, time, logger);
        Func<BackOff> newBackOff = () => new BackOff(options.FirstRetry, options.LongestRetry, time);
        var receiving = await BrokerLink.OpenAsync("receive", connector, topology, mail.AttachAsync, newBackOff, logger, cancellationToken);
        try
        {
            var publishing = await BrokerLink.OpenAsync("publish", connector, topology, Publisher.OpenChannelAsync, newBackOff, logger, cancellationToken);
            return new RabbitMqTransport(options, time, logger, names, mail, new DeadQueue(connector, topology, names, newBackOff), receiving, publishing);
        }
        catch
        {
            await receiving.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ServerUnavailableException">The queue is missing at the server and does not stay when it is declared.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the work may be queued or not.</exception>
    public async ValueTask PublishAsync(WorkItem item, CancellationToken cancellationToken)
    {
        await _publisher.QueueAsync(new Outgoing("", _names.Of(Lane.Of(item)), WorkMessage.Write(item), WorkMessage.Type, Persistent: true), cancellationToken);
        _bell.Ring();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IWorkDelivery> ConsumeAsync(
        IReadOnlyCollection<WorkKind> kinds, int prefetch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(prefetch);
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        await using var consumer = new WorkConsumer(
            _receiving, _publisher, _names, kinds, prefetch, _bell, () => new BackOff(_options.FirstLook, _options.LongestLook, _time), _time, _log);
        while (await NextOrEndAsync(consumer, stopped.Token) is { } delivery) yield return delivery;
    }

    /// <inheritdoc/>
    /// <exception cref="ServerUnavailableException">The server is away.</exception>
    public async ValueTask<IReadOnlyList<QueueLength>> LengthsAsync(CancellationToken cancellationToken) => await _receiving.AskAsync(
        async session =>
        {
            await using var channel = await session.Connection.CreateChannelAsync(cancellationToken: cancellationToken);
            var lengths = new List<QueueLength>();
            foreach (var lane in QueueNames.Lanes)
                lengths.Add(new QueueLength(lane.Kind, lane.Priority, await channel.MessageCountAsync(_names.Of(lane), cancellationToken)));
            return lengths;
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ServerUnavailableException">The server is away.</exception>
    public async ValueTask<IReadOnlyList<DeadWork>> DeadWorkAsync(int limit, CancellationToken cancellationToken) => await _dead.ListAsync(limit, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ServerUnavailableException">The server is away.</exception>
    public async ValueTask<long> CountDeadAsync(CancellationToken cancellationToken) => await _receiving.AskAsync(
        async session =>
        {
            await using var channel = await session.Connection.CreateChannelAsync(cancellationToken: cancellationToken);
            return (long)await channel.MessageCountAsync(_names.Dead, cancellationToken);
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ServerUnavailableException">The server is away.</exception>
    public async ValueTask<bool> ForgetDeadAsync(string videoId, CancellationToken cancellationToken) => await _dead.ForgetAsync(videoId, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> BindAsync(
        string key, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive, CancellationToken cancellationToken)
    {
        RequireKey(key);
        var box = await _mail.AddAsync(key, receive, cancellationToken);
        try
        {
            return await _receiving.UseAsync(
                async _ =>
                {
                    await _mail.BindAsync(box, cancellationToken);
                    return box;
                },
                cancellationToken);
        }
        catch
        {
            await box.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> SendAsync(string key, ReadOnlyMemory<byte> letter, CancellationToken cancellationToken)
    {
        RequireKey(key);
        return await _publisher.PublishAsync(new Outgoing(_names.Mail, key, letter, "sa2va.mail", Persistent: false), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested) return;
        await _closing.CancelAsync();
        await _publishing.DisposeAsync();
        await _receiving.DisposeAsync();
        await _mail.DisposeAsync();
    }

    private static async Task<WorkDelivery?> NextOrEndAsync(WorkConsumer consumer, CancellationToken stopped)
    {
        try
        {
            return await consumer.NextAsync(stopped);
        }
        catch (Exception failure) when (stopped.IsCancellationRequested && BrokerFailure.MayPass(failure))
        {
            return null;
        }
    }

    private static void RequireKey(string key)
    {
        if (key.Length == 0 || Encoding.UTF8.GetByteCount(key) > LongestKey) throw new ArgumentException($"A key of mail has 1 to {LongestKey} bytes; '{key}' does not.", nameof(key));
    }
}
