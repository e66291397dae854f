using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Tests.Servers;

namespace Sa2VA.Cluster.Tests.Postgres;

public sealed class PostgresDatabaseTests(ServersFixture servers)
{
    private static readonly PostgresOptions Impatient = new() { Patience = TimeSpan.Zero };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processes_that_start_together_make_the_tables_once()
    {
        var endpoint = await servers.PostgresAsync(Stop);
        var databases = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => OpenAsync(endpoint)));
        Assert.Equal(Schema.Migrations.Count, await AskAsync(databases[0], "SELECT count(*) FROM sa2va_schema"));
        foreach (var database in databases) await database.DisposeAsync();
    }

    [Fact]
    public void Migrations_are_numbered_from_one_without_gaps()
        => Assert.Equal(Enumerable.Range(1, Schema.Migrations.Count), Schema.Migrations.Select(m => m.Version));

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused()
    {
        var endpoint = await servers.PostgresAsync(Stop);
        var (next, last) = (Schema.Migrations.Count + 1, Schema.Migrations.Count + 4);
        await using (var database = await OpenAsync(endpoint))
        {
            await AskAsync(database, $"INSERT INTO sa2va_schema SELECT n, 'future' FROM generate_series({next}, {last}) AS n RETURNING 0::bigint");
        }

        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync(endpoint));
        Assert.Contains($"schema version {last}, this program knows versions up to {Schema.Migrations.Count}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_another_program_is_refused()
    {
        var endpoint = await servers.PostgresAsync(Stop);
        await using (var database = await OpenAsync(endpoint)) await AskAsync(database, "UPDATE sa2va_schema SET name = '0002_other.sql' WHERE version = 2 RETURNING 0::bigint");
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync(endpoint));
        Assert.Contains("'0002_other.sql' where this program has '0002_checkpoints.sql'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_forgets_what_it_confirmed_is_refused()
    {
        var endpoint = await servers.PostgresAsync(Stop);
        await using (var database = await OpenAsync(endpoint))
        {
            await using var alter = database.Source.CreateCommand($"""ALTER DATABASE "{endpoint.Space}" SET synchronous_commit = off""");
            await alter.ExecuteNonQueryAsync(Stop);
        }

        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync(endpoint));
        Assert.Contains("synchronous_commit = off", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_a_fault_of_the_settings_and_is_not_told()
    {
        var endpoint = await servers.PostgresAsync(Stop) with { Password = new Secret("wrong-and-secret") };
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync(endpoint));
        Assert.Contains($"PostgreSQL at {endpoint} does not let us in: password authentication failed", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-and-secret", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_a_fault_of_the_settings()
    {
        var endpoint = await servers.PostgresAsync(Stop) with { Space = "nowhere" };
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync(endpoint));
        Assert.Contains("database \"nowhere\" does not exist", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_waited_for_until_the_patience_is_over()
    {
        await using var wire = new FaultyWire(new ServerEndpoint { Host = "127.0.0.1", Port = 1 });
        wire.Refuse();
        var endpoint = wire.Endpoint with { User = "someone" };
        var failure = await Assert.ThrowsAsync<ServerUnavailableException>(() => OpenAsync(endpoint));
        Assert.Contains($"PostgreSQL at {endpoint} is not available", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 5432, "u", "no host")]
    [InlineData("h", 0, "u", "port of PostgreSQL is 0")]
    [InlineData("h", 5432, null, "has no user")]
    public async Task An_endpoint_that_cannot_be_meant_is_refused(string host, int port, string? user, string reason)
    {
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync(new ServerEndpoint { Host = host, Port = port, User = user }));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 30, 10, "MaxConnections")]
    [InlineData(16, -1, 10, "Patience")]
    [InlineData(16, 30, 0, "ConnectTimeout")]
    public async Task Options_out_of_bounds_are_refused_by_name(int connections, int patience, int timeout, string name)
    {
        var options = new PostgresOptions
        {
            MaxConnections = connections, Patience = TimeSpan.FromSeconds(patience), ConnectTimeout = TimeSpan.FromSeconds(timeout),
        };
        var endpoint = new ServerEndpoint { Host = "h", Port = 1, User = "u" };
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => PostgresDatabase.OpenAsync(endpoint, options, time: null, Stop));
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    private static Task<PostgresDatabase> OpenAsync(ServerEndpoint endpoint) => PostgresDatabase.OpenAsync(endpoint, Impatient, time: null, Stop);

    private static async Task<long> AskAsync(PostgresDatabase database, string sql)
    {
        await using var command = database.Source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }
}
