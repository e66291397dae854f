using Sa2VA.Cluster.Redis;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Tests.Servers;

namespace Sa2VA.Cluster.Tests.Redis;

public sealed class RedisConnectionTests(ServersFixture servers)
{
    private const int RiskFound = 2404;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_password_is_said_at_once()
    {
        var endpoint = await servers.RedisAsync(Stop);
        var failure = await RefusedAsync(endpoint with { Password = new Secret("wrong-password") });
        Assert.Contains("refuses the password. Correct Redis:Password", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_password_is_said_at_once()
    {
        var endpoint = await servers.RedisAsync(Stop);
        var failure = await RefusedAsync(endpoint with { Password = null });
        Assert.Contains("asks for a password. Set Redis:Password", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_said_at_once()
    {
        var endpoint = await servers.RedisAsync(Stop);
        Assert.Contains("has no database 99999", (await RefusedAsync(endpoint with { Space = "99999" })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("results")]
    [InlineData("-1")]
    [InlineData("")]
    public async Task A_database_is_a_number(string space)
        => Assert.Contains("Redis:Space", (await RefusedAsync(new ServerEndpoint { Host = "localhost", Port = 1, Space = space })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_user_of_ones_own_is_refused_with_the_way_out()
        => Assert.Contains("requirepass", (await RefusedAsync(new ServerEndpoint { Host = "localhost", Port = 1, User = "sa2va" })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task What_is_no_Redis_is_said_to_be_none()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var opening = RefusedAsync(new ServerEndpoint { Host = "127.0.0.1", Port = port });
        using var client = await listener.AcceptTcpClientAsync(Stop);
        await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n"u8.ToArray(), Stop);
        Assert.Contains("is not Redis", (await opening).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Redis:Prefix")]
    [InlineData("a b", "Redis:Prefix")]
    [InlineData("a:b", "Redis:Prefix")]
    [InlineData("{a}", "Redis:Prefix")]
    public async Task A_prefix_is_checked(string prefix, string named)
    {
        var endpoint = new ServerEndpoint { Host = "localhost", Port = 1 };
        var failure = await Assert.ThrowsAsync<SettingsException>(() => RedisConnection.OpenAsync(endpoint, new RedisOptions { Prefix = prefix }, cancellationToken: Stop));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_ours_endangers_nothing_and_a_careless_one_is_told_about()
    {
        await using var server = await RedisTestServer.StartAsync(Stop);
        await using var connection = await server.ConnectAsync(Stop);
        Assert.Empty(await connection.FindRisksAsync(Stop));

        await connection.ExecuteAsync(d => d.ExecuteAsync("CONFIG", "SET", "appendfsync", "everysec"), Stop);
        await connection.ExecuteAsync(d => d.ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"), Stop);
        var risks = await connection.FindRisksAsync(Stop);
        Assert.Contains(risks, r => r.Contains("appendfsync everysec", StringComparison.Ordinal));
        Assert.Contains(risks, r => r.Contains("maxmemory-policy allkeys-lru", StringComparison.Ordinal));
        var log = new LogWatch();
        await using (await server.ConnectAsync(Stop, log: log)) Assert.Contains("appendfsync everysec", await log.Saw(RiskFound, Stop), StringComparison.Ordinal);
        await connection.ExecuteAsync(d => d.ExecuteAsync("CONFIG", "SET", "appendonly", "no"), Stop);
        Assert.Contains(await connection.FindRisksAsync(Stop), r => r.Contains("appendonly no", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Scripts_that_the_server_forgot_are_sent_again()
    {
        await using var server = await RedisTestServer.StartAsync(Stop);
        await using var connection = await server.ConnectAsync(Stop);
        var store = new RedisResultStore(connection);
        await store.ClaimAsync("v", 1, Stop);
        await connection.ExecuteAsync(d => d.ExecuteAsync("SCRIPT", "FLUSH"), Stop);
        await store.ClaimAsync("v", 2, Stop);
    }

    private static async Task<SettingsException> RefusedAsync(ServerEndpoint endpoint)
        => await Assert.ThrowsAsync<SettingsException>(() => RedisConnection.OpenAsync(endpoint, cancellationToken: Stop));
}
