using Npgsql;
using RabbitMQ.Client;
using Sa2VA.Cluster.Settings;
using StackExchange.Redis;

namespace Sa2VA.Cluster.Tests.Servers;

public sealed class ServersFixtureTests(ServersFixture servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_caller_has_a_database_of_PostgreSQL_of_its_own()
    {
        var (one, other) = (await servers.PostgresAsync(Stop), await servers.PostgresAsync(Stop));
        Assert.Equal((one.Host, one.Port), (other.Host, other.Port));
        Assert.Equal("", await CountAsync(one, "CREATE TABLE marks(n int)"));
        Assert.Equal("1", await CountAsync(one, "SELECT count(*) FROM pg_tables WHERE tablename = 'marks'"));
        Assert.Equal("0", await CountAsync(other, "SELECT count(*) FROM pg_tables WHERE tablename = 'marks'"));
    }

    [Fact]
    public async Task Every_caller_has_a_virtual_host_of_RabbitMQ_of_its_own()
    {
        var (one, other) = (await servers.RabbitMqAsync(Stop), await servers.RabbitMqAsync(Stop));
        Assert.Equal((one.Host, one.Port), (other.Host, other.Port));
        await using var first = await Factory(one).CreateConnectionAsync(Stop);
        await using var second = await Factory(other).CreateConnectionAsync(Stop);
        await using var here = await first.CreateChannelAsync(cancellationToken: Stop);
        await using var there = await second.CreateChannelAsync(cancellationToken: Stop);
        await here.QueueDeclareAsync("marks", durable: true, exclusive: false, autoDelete: false,
            arguments: new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }, cancellationToken: Stop);
        await here.QueueDeclarePassiveAsync("marks", Stop);
        await Assert.ThrowsAsync<RabbitMQ.Client.Exceptions.OperationInterruptedException>(() => there.QueueDeclarePassiveAsync("marks", Stop));
    }

    [Fact]
    public async Task Every_caller_has_a_database_of_Redis_of_its_own()
    {
        var (one, other) = (await servers.RedisAsync(Stop), await servers.RedisAsync(Stop));
        Assert.Equal((one.Host, one.Port), (other.Host, other.Port));
        using var connection = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
        {
            EndPoints = { { one.Host, one.Port } }, Password = one.Password!.Reveal(), AbortOnConnectFail = true,
        });
        await connection.GetDatabase(int.Parse(one.Space!)).StringSetAsync("mark", "here");
        Assert.Equal("here", (string?)await connection.GetDatabase(int.Parse(one.Space!)).StringGetAsync("mark"));
        Assert.False(await connection.GetDatabase(int.Parse(other.Space!)).KeyExistsAsync("mark"));
    }

    private static async Task<string> CountAsync(ServerEndpoint endpoint, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = endpoint.Host, Port = endpoint.Port, Username = endpoint.User, Password = endpoint.Password!.Reveal(), Database = endpoint.Space,
        });
        await using var command = source.CreateCommand(sql);
        return $"{await command.ExecuteScalarAsync(Stop)}";
    }

    private static ConnectionFactory Factory(ServerEndpoint endpoint) => new()
    {
        HostName = endpoint.Host, Port = endpoint.Port, UserName = endpoint.User!, Password = endpoint.Password!.Reveal(), VirtualHost = endpoint.Space!,
    };
}
