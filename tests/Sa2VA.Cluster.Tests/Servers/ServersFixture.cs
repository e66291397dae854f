using System.Collections.Concurrent;
using System.Globalization;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Tests.Servers;

/// <summary>
/// The real servers, shared by all tests of an assembly: each starts when the first test asks for it, every caller gets a space of its own,
/// and all are gone when the tests have ended, however they end. A test that stops or kills a server starts one of its own instead, in a
/// <see cref="TemporaryServerFolder"/>. Where a server is not installed, the tests that need it are skipped.
/// </summary>
public sealed class ServersFixture : IAsyncDisposable
{
    // Virtual hosts are made a few at a time, see LocalRabbitMq.CreateSpacesAsync.
    private const int VirtualHostsAtOnce = 8;

    private readonly Lazy<TemporaryServerFolder> _folder = new(() => new TemporaryServerFolder());
    private readonly Lazy<Task<LocalPostgres>> _postgres;
    private readonly Lazy<Task<LocalRabbitMq>> _rabbitMq;
    private readonly Lazy<Task<LocalRedis>> _redis;
    private readonly ConcurrentQueue<ServerEndpoint> _virtualHosts = new();
    private readonly SemaphoreSlim _makingVirtualHosts = new(1);
    private int _spaces;

    public ServersFixture()
    {
        _postgres = new(() => StartAsync(new LocalPostgres(_folder.Value.FullPath)));
        _rabbitMq = new(() => StartAsync(new LocalRabbitMq(_folder.Value.FullPath)));
        _redis = new(() => StartAsync(new LocalRedis(_folder.Value.FullPath)));
    }

    /// <summary>An empty database.</summary>
    public async Task<ServerEndpoint> PostgresAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(LocalPostgres.IsInstalled, "PostgreSQL is not installed: run scripts/setup.sh --servers.");
        var server = await _postgres.Value.WaitAsync(cancellationToken);
        return await server.CreateSpaceAsync(NewName(), cancellationToken);
    }

    /// <summary>An empty virtual host.</summary>
    public async Task<ServerEndpoint> RabbitMqAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(LocalRabbitMq.IsInstalled, "RabbitMQ is not installed: run scripts/setup.sh --servers.");
        var server = await _rabbitMq.Value.WaitAsync(cancellationToken);
        await _makingVirtualHosts.WaitAsync(cancellationToken);
        try
        {
            if (_virtualHosts.IsEmpty)
            {
                foreach (var made in await server.CreateSpacesAsync([.. Enumerable.Range(0, VirtualHostsAtOnce).Select(_ => NewName())], cancellationToken))
                    _virtualHosts.Enqueue(made);
            }

            return _virtualHosts.TryDequeue(out var space) ? space : throw new InvalidOperationException("Only we take from the queue, and it was not empty.");
        }
        finally
        {
            _makingVirtualHosts.Release();
        }
    }

    /// <summary>An empty database.</summary>
    public async Task<ServerEndpoint> RedisAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(LocalRedis.IsInstalled, "Redis is not installed: run scripts/setup.sh --servers.");
        var server = await _redis.Value.WaitAsync(cancellationToken);
        return await server.CreateSpaceAsync(Interlocked.Increment(ref _spaces).ToString(CultureInfo.InvariantCulture), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder.IsValueCreated) await _folder.Value.DisposeAsync();
        _makingVirtualHosts.Dispose();
    }

    private string NewName() => $"test_{Interlocked.Increment(ref _spaces)}";

    // The start is everybody's, so no single test may cancel it.
    private static async Task<T> StartAsync<T>(T server)
        where T : LocalServer
    {
        await server.StartAsync(CancellationToken.None);
        return server;
    }
}
