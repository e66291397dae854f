using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Npgsql;
using RabbitMQ.Client;
using Sa2VA.Cluster.Local;
using StackExchange.Redis;

namespace Sa2VA.Cluster.Tests.Servers;

/// <summary>What a cluster's own servers promise: what is confirmed survives a kill, and a server comes back where it was.</summary>
[SupportedOSPlatform("linux")]
public sealed class LocalServerTests : IAsyncLifetime
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TemporaryServerFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task A_killed_Redis_comes_back_at_its_port_with_all_that_it_confirmed()
    {
        Assert.SkipUnless(LocalRedis.IsInstalled, "Redis is not installed.");
        var server = new LocalRedis(_folder.FullPath);
        Assert.Null(server.ProcessId);
        Assert.True(await server.StartAsync(Stop));
        Assert.False(await server.StartAsync(Stop));
        var (before, process) = (server.Endpoint, server.ProcessId);
        using (var connection = await ConnectAsync(server))
            await connection.GetDatabase().StringSetAsync("mark", "here");

        await server.KillAsync(Stop);
        Assert.Null(server.ProcessId);
        await new LocalRedis(_folder.FullPath).StartAsync(Stop);

        Assert.Equal((before.Port, before.Password!.Reveal()), (server.Endpoint.Port, server.Endpoint.Password!.Reveal()));
        Assert.NotEqual(process, server.ProcessId);
        using (var connection = await ConnectAsync(server))
            Assert.Equal("here", (string?)await connection.GetDatabase().StringGetAsync("mark"));
        await server.StopAsync(Stop);
        await server.StopAsync(Stop);
        Assert.Null(server.ProcessId);
    }

    [Fact]
    public async Task A_killed_PostgreSQL_comes_back_at_its_port_with_all_that_it_confirmed()
    {
        Assert.SkipUnless(LocalPostgres.IsInstalled, "PostgreSQL is not installed.");
        var server = new LocalPostgres(_folder.FullPath);
        await server.StartAsync(Stop);
        var port = server.Endpoint.Port;
        await ExecuteAsync(server, "CREATE TABLE marks AS SELECT 7 AS mark");

        await server.KillAsync(Stop);
        await server.StartAsync(Stop);

        Assert.Equal(port, server.Endpoint.Port);
        Assert.Equal(7, await ExecuteAsync(server, "SELECT mark FROM marks"));
        await server.StopAsync(Stop);
        Assert.Null(server.ProcessId);
    }

    [Fact]
    public async Task A_killed_RabbitMQ_comes_back_at_its_port_with_all_that_it_confirmed()
    {
        Assert.SkipUnless(LocalRabbitMq.IsInstalled, "RabbitMQ is not installed.");
        var server = new LocalRabbitMq(_folder.FullPath);
        await server.StartAsync(Stop);
        var port = server.Endpoint.Port;
        await using (var connection = await ConnectAsync(server))
        {
            await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), Stop);
            await channel.QueueDeclareAsync("marks", durable: true, exclusive: false, autoDelete: false,
                arguments: new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }, cancellationToken: Stop);
            await channel.BasicPublishAsync("", "marks", "here"u8.ToArray(), Stop);
        }

        await UntilItRemembersTheQueueAsync(server, "marks");
        await server.KillAsync(Stop);
        await server.StartAsync(Stop);

        Assert.Equal(port, server.Endpoint.Port);
        await using (var connection = await ConnectAsync(server))
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: Stop);
            Assert.Equal("here", Encoding.UTF8.GetString((await channel.BasicGetAsync("marks", autoAck: true, Stop))!.Body.Span));
        }

        await server.StopAsync(Stop);
        Assert.Null(server.ProcessId);
    }

    [Fact]
    public async Task Secrets_are_the_owners_alone_and_not_on_a_command_line()
    {
        Assert.SkipUnless(LocalRedis.IsInstalled, "Redis is not installed.");
        var server = new LocalRedis(_folder.FullPath);
        await server.StartAsync(Stop);
        foreach (var file in (string[])[server.PasswordFile, Path.Combine(server.Folder, "redis.conf"), server.LogFile])
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
        var password = server.Endpoint.Password!.Reveal();
        Assert.Equal(32, password.Length);
        Assert.DoesNotContain(password, await File.ReadAllTextAsync($"/proc/{server.ProcessId}/cmdline", Stop), StringComparison.Ordinal);
        Assert.DoesNotContain(password, server.Endpoint.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_another_program_took_is_named()
    {
        Assert.SkipUnless(LocalRedis.IsInstalled, "Redis is not installed.");
        var server = new LocalRedis(_folder.FullPath);
        await server.StartAsync(Stop);
        await server.StopAsync(Stop);
        using var other = new TcpListener(IPAddress.Loopback, server.Endpoint.Port);
        other.Start();
        var failure = await Assert.ThrowsAsync<LocalServerException>(() => server.StartAsync(Stop));
        Assert.Contains($"Port {server.Endpoint.Port} of the redis", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_come_up_says_why_and_leaves_nothing_running()
    {
        Assert.SkipUnless(LocalRedis.IsInstalled, "Redis is not installed.");
        var server = new LocalRedis(_folder.FullPath);
        await server.StartAsync(Stop);
        await server.StopAsync(Stop);
        await File.WriteAllTextAsync(Path.Combine(server.Folder, "appendonlydir", "appendonly.aof.manifest"), "not a manifest\n", Stop);
        var failure = await Assert.ThrowsAsync<LocalServerException>(() => server.StartAsync(Stop));
        Assert.Contains("ended while it was starting", failure.Message, StringComparison.Ordinal);
        Assert.Contains("AOF", failure.Message, StringComparison.Ordinal);
        Assert.Null(server.ProcessId);
    }

    [Fact]
    public async Task What_runs_in_a_tests_folder_ends_with_it()
    {
        Assert.SkipUnless(LocalRedis.IsInstalled, "Redis is not installed.");
        var folder = new TemporaryServerFolder();
        var server = new LocalRedis(folder.FullPath);
        await server.StartAsync(Stop);
        var port = server.Endpoint.Port;
        await folder.DisposeAsync();
        Assert.False(Directory.Exists(folder.FullPath));
        Assert.True(LoopbackPort.IsFree(port));
    }

    [Fact]
    public async Task Data_without_its_password_is_not_touched()
    {
        Assert.SkipUnless(LocalPostgres.IsInstalled, "PostgreSQL is not installed.");
        var server = new LocalPostgres(_folder.FullPath);
        Directory.CreateDirectory(Path.Combine(server.Folder, "home", "data"));
        var failure = await Assert.ThrowsAsync<LocalServerException>(() => server.StartAsync(Stop));
        Assert.Contains("password' is missing", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(server.PasswordFile));
    }

    [Fact]
    public async Task A_folder_that_PostgreSQLs_user_cannot_enter_is_refused_with_a_way_out()
    {
        Assert.SkipUnless(LocalPostgres.IsInstalled, "PostgreSQL is not installed.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root has to change the user.");
        var closed = Directory.CreateDirectory(Path.Combine(_folder.FullPath, "closed"), OwnerOnly | UnixFileMode.UserExecute);
        var failure = await Assert.ThrowsAsync<LocalServerException>(() => new LocalPostgres(closed.FullName).StartAsync(Stop));
        Assert.Contains("cannot get to", failure.Message, StringComparison.Ordinal);
        Assert.Contains("/var/lib", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_program_is_named_with_its_package()
    {
        var failure = Assert.Throws<LocalServerException>(() => new DebianProgram("no-such-server", "no-such-package").Require());
        Assert.Contains("no-such-package", failure.Message, StringComparison.Ordinal);
        Assert.Contains("scripts/setup.sh --servers", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7 (beam.smp) S 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 24 0 4711 0", true)]
    [InlineData("7 (a ) Z (b)) S 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 24 0 4711 0", true)]
    [InlineData("7 (first thread over) Z 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 24 0 4711 0", true)]
    [InlineData("7 (over) Z 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4711 0", false)]
    public void A_process_is_known_by_its_id_and_start_whatever_its_name(string line, bool alive)
    {
        var stat = ProcessStat.Parse(line)!.Value;
        Assert.Equal((7, 1, 4711L, alive), (stat.Id, stat.ParentId, stat.StartTime, stat.IsAlive));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7 (cut of")]
    [InlineData("7 (short) S 1 2")]
    public void A_damaged_record_is_no_process(string line) => Assert.Null(ProcessStat.Parse(line));

    [Fact]
    public void A_chosen_port_is_free_and_below_those_of_outgoing_connections()
    {
        var ports = Enumerable.Range(0, 50).Select(_ => LoopbackPort.Choose()).ToList();
        Assert.Equal(ports.Count, ports.Distinct().Count());
        Assert.All(ports, port => Assert.InRange(port, 20_000, 32_767));
    }

    private static Task<ConnectionMultiplexer> ConnectAsync(LocalRedis server) => ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
    {
        EndPoints = { { server.Endpoint.Host, server.Endpoint.Port } }, Password = server.Endpoint.Password!.Reveal(), AbortOnConnectFail = true,
    });

    private static Task<IConnection> ConnectAsync(LocalRabbitMq server) => new ConnectionFactory
    {
        HostName = server.Endpoint.Host, Port = server.Endpoint.Port, UserName = server.Endpoint.User!, Password = server.Endpoint.Password!.Reveal(),
        VirtualHost = server.Endpoint.Space!, AutomaticRecoveryEnabled = false,
    }.CreateConnectionAsync(Stop);

    /// <summary>
    /// RabbitMQ 3.10 writes the name of a new quorum queue half a second late. Killed before, it begins with an empty log that never elects
    /// a leader, whatever it has confirmed.
    /// </summary>
    private static async Task UntilItRemembersTheQueueAsync(LocalRabbitMq server, string queue)
    {
        var names = Directory.EnumerateFiles(server.Folder, "names.dets", SearchOption.AllDirectories)
            .Single(file => file.Contains("/quorum/", StringComparison.Ordinal));
        while (!(await File.ReadAllTextAsync(names, Encoding.Latin1, Stop)).Contains($"{server.Endpoint.Space}_{queue}", StringComparison.Ordinal))
            await Task.Delay(TimeSpan.FromMilliseconds(20), Stop);
    }

    private static async Task<object?> ExecuteAsync(LocalPostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = server.Endpoint.Host, Port = server.Endpoint.Port, Username = server.Endpoint.User, Password = server.Endpoint.Password!.Reveal(),
            Database = server.Endpoint.Space, Pooling = false,
        }.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Stop);
    }
}
