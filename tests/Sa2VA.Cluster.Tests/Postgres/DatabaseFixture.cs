using Npgsql;
using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Tests.Servers;

namespace Sa2VA.Cluster.Tests.Postgres;

/// <summary>A database for the tests of one class, which run one after the other: each finds it empty.</summary>
public sealed class DatabaseFixture(ServersFixture servers) : IAsyncDisposable
{
    private ServerEndpoint? _endpoint;
    private PostgresDatabase? _database;

    public ServerEndpoint Endpoint => _endpoint ?? throw new InvalidOperationException("The database was not opened yet.");

    public PostgresDatabase Database => _database ?? throw new InvalidOperationException("The database was not opened yet.");

    public async ValueTask EmptyAsync()
    {
        var stop = TestContext.Current.CancellationToken;
        if (_database is null)
        {
            _endpoint = await servers.PostgresAsync(stop);
            _database = await PostgresDatabase.OpenAsync(_endpoint, options: null, time: null, stop);
            return;
        }

        await RunAsync("TRUNCATE owners, journal, snapshots, checkpoints, checkpoint_chunks, jobs, videos, job_counts, outbox, conversations, conversation_outbox");
    }

    /// <summary>One more process of the cluster.</summary>
    public Task<PostgresDatabase> OpenAnotherAsync(PostgresOptions? options = null, ServerEndpoint? endpoint = null)
        => PostgresDatabase.OpenAsync(endpoint ?? Endpoint, options, time: null, TestContext.Current.CancellationToken);

    public Task RunAsync(string sql) => AskAsync<object?>(sql);

    public Task<T> AskAsync<T>(string sql) => Database.RetryAsync("a test", async stop =>
    {
        await using var command = Database.Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(stop))!;
    }, TestContext.Current.CancellationToken);

    /// <summary>Ends every connection to the database but the asking one, as a restart of the server does.</summary>
    public async Task DisconnectAllAsync()
    {
        await using var source = NpgsqlDataSource.Create(Database.Source.ConnectionString + $";Password={Endpoint.Password?.Reveal()};Pooling=false");
        await using var command = source.CreateCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
    }
}
