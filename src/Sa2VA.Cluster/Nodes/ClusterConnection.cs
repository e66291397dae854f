using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Archive;
using Sa2VA.Cluster.Checkpoints;
using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes.Presence;
using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.RabbitMq;
using Sa2VA.Cluster.Redis;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Nodes;

/// <summary>A process's way to the three servers, behind the ports. Opened once and shared.</summary>
public sealed class ClusterConnection : IAsyncDisposable
{
    private readonly PostgresDatabase _database;
    private readonly RedisConnection _redis;
    private readonly IDisposable? _archive;

    private ClusterConnection(PostgresDatabase database, RedisConnection redis, ITransport transport, IResultStore results, IDisposable? archive, ClusterOptions options)
    {
        (_database, _redis, _archive, Transport, Results) = (database, redis, archive, transport, results);
        Journal = new PostgresJournal(database, new JournalProjections(new VideoProjection(), new ConversationProjection()));
        Conversations = new PostgresConversationStore(database);
        Jobs = new PostgresJobStore(database);
        States = new PostgresCheckpointStore(database, options.ScratchFolder);
        Progress = new RedisProgressLog(redis);
        Nodes = new RedisNodeRegistry(redis);
    }

    /// <summary>Work and mail.</summary>
    public ITransport Transport { get; }

    /// <summary>Histories and ownership.</summary>
    public IJournal Journal { get; }

    /// <summary>Jobs.</summary>
    public IJobStore Jobs { get; }

    /// <summary>Which conversations there are.</summary>
    public IConversationStore Conversations { get; }

    /// <summary>Trackers' states.</summary>
    public ICheckpointStore States { get; }

    /// <summary>Masks, with the archive behind them where there is one.</summary>
    public IResultStore Results { get; }

    /// <summary>What watchers see.</summary>
    public IProgressLog Progress { get; }

    /// <summary>Which nodes there are.</summary>
    public INodeRegistry Nodes { get; }

    /// <summary>Connects to all three.</summary>
    /// <exception cref="SettingsException">A server does not let us in, or a setting is wrong.</exception>
    /// <exception cref="ServerUnavailableException">A server cannot be reached.</exception>
    public static async Task<ClusterConnection> OpenAsync(ClusterEndpoints servers, ClusterOptions options, ILoggerFactory? logs, CancellationToken cancellationToken)
    {
        logs ??= NullLoggerFactory.Instance;
        PostgresDatabase? database = null;
        RedisConnection? redis = null;
        RabbitMqTransport? transport = null;
        try
        {
            database = await PostgresDatabase.OpenAsync(
                servers.Postgres, new PostgresOptions { Reconnected = () => options.Reconnected?.Invoke("postgres") }, time: null, cancellationToken);
            redis = await RedisConnection.OpenAsync(
                servers.Redis,
                new RedisOptions { Prefix = options.Prefix, MaskExpiry = options.MaskExpiry, MustAnswer = true, Reconnected = () => options.Reconnected?.Invoke("redis") }, logs.CreateLogger<RedisConnection>(), time: null, cancellationToken);
            transport = await RabbitMqTransport.ConnectAsync(
                servers.RabbitMq,
                new RabbitMqOptions
                {
                    Prefix = options.Prefix, NodeName = options.Name, Heartbeat = options.Heartbeat, Reconnected = () => options.Reconnected?.Invoke("rabbitmq"),
                },
                logs.CreateLogger<RabbitMqTransport>(), time: null, cancellationToken);
            IResultStore results = new RedisResultStore(redis);
            var archive = options.Archive?.Open();
            if (archive is not null) results = await ArchivedResultStore.OpenAsync(results, archive, logs.CreateLogger<ArchivedResultStore>(), time: null, cancellationToken);
            return new ClusterConnection(database, redis, transport, results, archive as IDisposable, options);
        }
        catch
        {
            if (transport is not null) await transport.DisposeAsync();
            if (redis is not null) await redis.DisposeAsync();
            if (database is not null) await database.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        await _redis.DisposeAsync();
        _archive?.Dispose();
        await _database.DisposeAsync();
    }
}
