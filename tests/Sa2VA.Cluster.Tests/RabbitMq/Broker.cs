using RabbitMQ.Client;
using Sa2VA.Cluster.RabbitMq;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Tests.Servers;

namespace Sa2VA.Cluster.Tests.RabbitMq;

/// <summary>A virtual host for the tests of one class, each with names of its own in it.</summary>
public sealed class Broker(ServersFixture servers)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ServerEndpoint? _endpoint;
    private int _tests;

    public async Task<ServerEndpoint> EndpointAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return _endpoint ??= await servers.RabbitMqAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Names that no other test has.</summary>
    public RabbitMqOptions NewOptions() => new() { Prefix = $"test{Interlocked.Increment(ref _tests)}", NodeName = "node-a" };

    public static Task<RabbitMqTransport> ConnectAsync(ServerEndpoint endpoint, RabbitMqOptions options, TimeProvider? time = null)
        => RabbitMqTransport.ConnectAsync(endpoint, options, log: null, time, TestContext.Current.CancellationToken);

    /// <summary>A plain client, for what no transport of ours would do.</summary>
    public static Task<IConnection> ConnectAsStrangerAsync(ServerEndpoint endpoint) => new ConnectionFactory
    {
        HostName = endpoint.Host,
        Port = endpoint.Port,
        UserName = endpoint.User!,
        Password = endpoint.Password!.Reveal(),
        VirtualHost = endpoint.Space!,
        AutomaticRecoveryEnabled = false,
    }.CreateConnectionAsync(TestContext.Current.CancellationToken);
}
