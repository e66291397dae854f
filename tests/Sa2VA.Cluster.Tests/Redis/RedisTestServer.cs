using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Redis;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Tests.Redis;

/// <summary>A Redis of one test, which may kill, stop and start it.</summary>
internal sealed class RedisTestServer : IAsyncDisposable
{
    private readonly TemporaryServerFolder _folder = new();
    private readonly LocalRedis _server;

    private RedisTestServer() => _server = new LocalRedis(_folder.FullPath);

    public ServerEndpoint Endpoint => _server.Endpoint;

    public int ProcessId => _server.ProcessId ?? throw new InvalidOperationException("The server does not run.");

    public static async Task<RedisTestServer> StartAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(LocalRedis.IsInstalled, "Redis is not installed: run scripts/setup.sh --servers.");
        var server = new RedisTestServer();
        await server.BackAsync(cancellationToken);
        return server;
    }

    public Task BackAsync(CancellationToken cancellationToken) => _server.StartAsync(cancellationToken);

    public Task KillAsync(CancellationToken cancellationToken) => _server.KillAsync(cancellationToken);

    public Task<RedisConnection> ConnectAsync(CancellationToken cancellationToken, RedisOptions? options = null, LogWatch? log = null)
        => RedisConnection.OpenAsync(Endpoint, options, log, cancellationToken: cancellationToken);

    public ValueTask DisposeAsync() => _folder.DisposeAsync();
}
