using System.Net;
using System.Net.Sockets;
using Sa2VA.Cluster.RabbitMq;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Tests.RabbitMq;

/// <summary>What is said when the server cannot be used as it was set up.</summary>
public sealed class RabbitMqSettingsTests(Broker broker) : IClassFixture<Broker>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_password_is_said_without_being_told()
    {
        var endpoint = await broker.EndpointAsync(Stop);
        var failure = await Assert.ThrowsAsync<SettingsException>(() => Broker.ConnectAsync(endpoint with { Password = new Secret("open-sesame") }, broker.NewOptions()));
        Assert.Contains($"{endpoint.Host}:{endpoint.Port}", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"'{endpoint.User}'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("open-sesame", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_virtual_host_is_named()
    {
        var endpoint = await broker.EndpointAsync(Stop);
        var failure = await Assert.ThrowsAsync<SettingsException>(() => Broker.ConnectAsync(endpoint with { Space = "nowhere" }, broker.NewOptions()));
        Assert.Contains("virtual host 'nowhere'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queues_that_were_declared_otherwise_are_named()
    {
        var (endpoint, options) = (await broker.EndpointAsync(Stop), broker.NewOptions());
        await using var first = await Broker.ConnectAsync(endpoint, options);
        var failure = await Assert.ThrowsAsync<SettingsException>(() => Broker.ConnectAsync(endpoint, options with { DeliveryLimit = 7 }));
        Assert.Contains("x-delivery-limit", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{options.Prefix}.work.high", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_and_may_come()
    {
        // Bound but not listening: nobody else can take the port.
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)nobody.LocalEndPoint!).Port;
        var failure = await Assert.ThrowsAsync<ServerUnavailableException>(() => Broker.ConnectAsync(new ServerEndpoint { Host = "127.0.0.1", Port = port }, new RabbitMqOptions()));
        Assert.Contains($"127.0.0.1:{port}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_read_is_named()
    {
        var endpoint = new ServerEndpoint { Host = "127.0.0.1", Port = 5671, Tls = new TlsOptions { AuthorityFile = "/nowhere/ca.pem" } };
        var failure = await Assert.ThrowsAsync<SettingsException>(() => Broker.ConnectAsync(endpoint, new RabbitMqOptions()));
        Assert.Contains("/nowhere/ca.pem", failure.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, RabbitMqOptions> WrongOptions => new()
    {
        { "Prefix", new RabbitMqOptions { Prefix = "" } },
        { "Prefix", new RabbitMqOptions { Prefix = "my cluster" } },
        { "NodeName", new RabbitMqOptions { NodeName = new string('n', 101) } },
        { "DeliveryLimit", new RabbitMqOptions { DeliveryLimit = 0 } },
        { "Heartbeat", new RabbitMqOptions { Heartbeat = TimeSpan.FromMilliseconds(500) } },
        { "ConnectTimeout", new RabbitMqOptions { ConnectTimeout = TimeSpan.Zero } },
        { "LongestRetry", new RabbitMqOptions { LongestRetry = TimeSpan.FromMilliseconds(1) } },
        { "FirstLook", new RabbitMqOptions { FirstLook = TimeSpan.Zero } },
    };

    [Theory]
    [MemberData(nameof(WrongOptions))]
    public async Task A_wrong_option_is_named(string setting, RabbitMqOptions options)
    {
        var failure = await Assert.ThrowsAsync<SettingsException>(() => Broker.ConnectAsync(new ServerEndpoint { Host = "127.0.0.1", Port = 1 }, options));
        Assert.Contains(setting, failure.Message, StringComparison.Ordinal);
    }
}
