using Npgsql;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Postgres;

/// <summary>
/// The cluster's database: a pool of connections, the schema brought up to this program's version, and the patience to outlast the
/// server's absence. One per process, shared by the journal, the checkpoints and the jobs.
/// </summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly ServerEndpoint _endpoint;
    private readonly PostgresOptions _options;
    private readonly TimeProvider _time;
    private volatile bool _isOpen;
    private int _isAway;

    private PostgresDatabase(ServerEndpoint endpoint, PostgresOptions options, TimeProvider time)
    {
        (_endpoint, _options, _time) = (endpoint, options, time);
        Source = PostgresDataSource.Of(endpoint, options);
    }

    internal NpgsqlDataSource Source { get; }

    /// <summary>
    /// Connects, waiting for a server that is not there yet, and applies the migrations that are missing. Several processes may do so at once.
    /// </summary>
    /// <exception cref="SettingsException">The server refuses us, its data might not survive a crash, or its schema is of a newer program.</exception>
    /// <exception cref="ServerUnavailableException">There was no answer within the patience.</exception>
    public static async Task<PostgresDatabase> OpenAsync(
        ServerEndpoint endpoint, PostgresOptions? options, TimeProvider? time, CancellationToken cancellationToken)
    {
        var database = new PostgresDatabase(endpoint, options ?? new PostgresOptions(), time ?? TimeProvider.System);
        try
        {
            await database.RetryAsync("opening the database", database.PrepareAsync, cancellationToken);
            database._isOpen = true;
            return database;
        }
        catch (NpgsqlException failure)
        {
            await database.DisposeAsync();
            throw new SettingsException($"PostgreSQL at {endpoint} does not let us in: {Reason(failure)} Check the endpoint's user, password, database and TLS.", failure);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Source.DisposeAsync();

    /// <summary>Does something that may be done twice, again and again with growing pauses while the server is away.</summary>
    /// <param name="doing">For the message: "reading a journal".</param>
    /// <param name="work">Begins anew each time.</param>
    /// <param name="cancellationToken">Also ends the pauses.</param>
    /// <exception cref="ServerUnavailableException">The patience is over.</exception>
    internal async Task<T> RetryAsync<T>(string doing, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var since = _time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await work(cancellationToken);
                if (Volatile.Read(ref _isAway) == 1 && Interlocked.Exchange(ref _isAway, 0) == 1) _options.Reconnected?.Invoke();
                return result;
            }
            catch (Exception failure) when (PostgresFailures.IsTransient(failure))
            {
                cancellationToken.ThrowIfCancellationRequested();
                // The idle ones are as broken as this one, and each would cost an attempt.
                if (PostgresFailures.IsLoss(failure))
                {
                    Source.Clear();
                    if (_isOpen) Volatile.Write(ref _isAway, 1);
                }

                var waited = _time.GetElapsedTime(since);
                var pause = RetryPause.After(attempt);
                if (waited + pause > _options.Patience)
                {
                    throw new ServerUnavailableException(
                        $"PostgreSQL at {_endpoint} is not available: {doing} was tried {attempt} times in {waited.TotalSeconds:F0} s. {Reason(failure)}", failure);
                }

                _options.Retrying?.Invoke($"PostgreSQL at {_endpoint} is not available: {doing} is tried again in {pause.TotalSeconds:F1} s. {Reason(failure)}");
                await Task.Delay(pause, _time, cancellationToken);
            }
        }
    }

    /// <inheritdoc cref="RetryAsync{T}"/>
    internal Task RetryAsync(string doing, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
        => RetryAsync(doing, async stop =>
        {
            await work(stop);
            return true;
        }, cancellationToken);

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        await using var command = Sql.Command(connection, "SELECT current_setting('synchronous_commit')");
        if (await command.ExecuteScalarAsync(cancellationToken) is "off")
        {
            throw new SettingsException(
                $"PostgreSQL at {_endpoint} runs with synchronous_commit = off: what it confirmed could be gone after a crash. Set it to on, for the server or for this database.");
        }

        await Schema.ApplyAsync(connection, $"{_endpoint}", cancellationToken);
    }

    /// <summary>The failure in the words of whoever knows most: the cause of "Exception while connecting" is in what it carries.</summary>
    private static string Reason(Exception failure)
    {
        var message = failure is PostgresException refused ? refused.MessageText : (failure.InnerException ?? failure).Message;
        return message.EndsWith('.') ? message : message + ".";
    }
}
