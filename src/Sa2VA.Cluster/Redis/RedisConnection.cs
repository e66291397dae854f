using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sa2VA.Cluster.Settings;
using StackExchange.Redis;

namespace Sa2VA.Cluster.Redis;

/// <summary>
/// The one connection of a process to Redis, for any number of users at the same time. While the server is away, operations wait and are tried
/// again until they succeed or are cancelled; every operation must therefore bear being done twice.
/// </summary>
public sealed class RedisConnection : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly ServerEndpoint _endpoint;
    private readonly int _database;
    private readonly RedisTls? _tls;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _replacing = new(1, 1);
    private volatile ConnectionMultiplexer? _multiplexer;
    private int _isAway;
    private volatile bool _isDisposed;

    private RedisConnection(ServerEndpoint endpoint, RedisOptions options, ILogger? log, TimeProvider? time)
    {
        options.Check();
        if (endpoint.User is { } user && user is not "default")
            throw new SettingsException($"Redis:User is '{user}', but Redis is entered as its default user. Leave Redis:User out and set the default user's password (requirepass in redis.conf).");
        _database = DatabaseOf(endpoint);
        _endpoint = endpoint;
        Options = options;
        Keys = new RedisKeys(options.Prefix);
        _log = log ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        _tls = endpoint.Tls is { } tls ? new RedisTls(tls, endpoint.Host) : null;
    }

    /// <summary>How Redis is used.</summary>
    public RedisOptions Options { get; }

    internal RedisKeys Keys { get; }

    /// <summary>Connects; waits for the server while it is away, unless <see cref="RedisOptions.MustAnswer"/>.</summary>
    /// <param name="endpoint">Where. <see cref="ServerEndpoint.Space"/> is the number of a database, 0 by default.</param>
    /// <param name="options">How it is used; defaults when null.</param>
    /// <param name="log">Hears when the server goes away and comes back, and of settings that endanger masks.</param>
    /// <param name="time">The clock of the pauses between tries.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ServerUnavailableException">The server cannot be reached and is not to be waited for.</exception>
    /// <exception cref="SettingsException">The server is there and refuses: password, database, certificate; or a setting is malformed.</exception>
    public static async Task<RedisConnection> OpenAsync(
        ServerEndpoint endpoint, RedisOptions? options = null, ILogger? log = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        var connection = new RedisConnection(endpoint, options ?? new RedisOptions(), log, time);
        try
        {
            for (var pause = ShortestPause; ; pause = Longer(pause))
            {
                var reason = await RedisProbe.TryAsync(endpoint, connection._database, connection._tls, connection.Options.AnswerTimeout, cancellationToken);
                if (reason is null) break;
                if (connection.Options.MustAnswer) throw new ServerUnavailableException($"Redis at {endpoint} cannot be reached: {reason}");
                connection.NoteAway(reason);
                await Task.Delay(pause, connection._time, cancellationToken);
            }

            await connection.ReplaceAsync(silent: null, cancellationToken);
            await connection.ExecuteAsync(database => database.PingAsync(), cancellationToken);
            if (log is not null) await connection.WarnOfRisksAsync(log, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// What about the server's settings endangers stored masks, in sentences for the operator; empty when all is well, or when the server does
    /// not tell (some hosted ones refuse CONFIG).
    /// </summary>
    public async Task<IReadOnlyList<string>> FindRisksAsync(CancellationToken cancellationToken)
    {
        var risks = new List<string>();
        if (await SettingAsync("appendonly", cancellationToken) is "no")
            risks.Add("Redis has 'appendonly no': a restart loses the masks of running videos. Set 'appendonly yes'.");
        else if (await SettingAsync("appendfsync", cancellationToken) is { } sync and not "always")
            risks.Add($"Redis has 'appendfsync {sync}': a power failure can lose masks that were acknowledged. Set 'appendfsync always'.");
        if (await SettingAsync("maxmemory-policy", cancellationToken) is { } policy and not "noeviction")
            risks.Add($"Redis has 'maxmemory-policy {policy}': it may drop masks when it is full. Set 'maxmemory-policy noeviction'.");
        return risks;
    }

    /// <summary>Closes the connection; operations under way fail with <see cref="ObjectDisposedException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        // One that is being made is closed too.
        await _replacing.WaitAsync();
        if (_multiplexer is { } multiplexer) await multiplexer.CloseAsync(allowCommandsToComplete: false);
        _tls?.Dispose();
        _replacing.Release();
    }

    /// <summary>Does an operation, again and again while the server is away. Cancelling leaves open whether it was done.</summary>
    /// <exception cref="InvalidDataException">A key holds something else than it should.</exception>
    internal async Task<T> ExecuteAsync<T>(Func<IDatabase, Task<T>> operation, CancellationToken cancellationToken)
    {
        for (var pause = ShortestPause; ; pause = Longer(pause))
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var multiplexer = _multiplexer!;
            try
            {
                var answer = await operation(multiplexer.GetDatabase(_database)).WaitAsync(Options.AnswerTimeout, _time, cancellationToken);
                NoteBack();
                // The thread that brings the answers must not be kept by what the caller does with this one.
                await Task.Yield();
                return answer;
            }
            catch (Exception failure) when (RedisFailures.IsForgottenScript(failure))
            {
                continue;
            }
            catch (Exception failure) when (RedisFailures.IsWrongType(failure))
            {
                throw new InvalidDataException($"A key of ours in Redis at {_endpoint} holds something else: {failure.Message} Does another program use the prefix '{Options.Prefix}'?", failure);
            }
            catch (Exception failure) when (RedisFailures.MayPass(failure) && !cancellationToken.IsCancellationRequested)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                if (failure is TimeoutException) await ReplaceAsync(multiplexer, cancellationToken);
                else await NoteAwayAsync(failure, cancellationToken);
            }

            await Task.Delay(pause, _time, cancellationToken);
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    private static int DatabaseOf(ServerEndpoint endpoint)
    {
        if (endpoint.Space is not { } space) return 0;
        return int.TryParse(space, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new SettingsException($"Redis:Space is '{space}'; for Redis it is the number of a database, such as 0.");
    }

    private async Task WarnOfRisksAsync(ILogger log, CancellationToken cancellationToken)
    {
        foreach (var risk in await FindRisksAsync(cancellationToken)) log.RedisRisk(_endpoint.ToString(), risk);
    }

    private async Task<string?> SettingAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await ExecuteAsync(database => database.ExecuteAsync("CONFIG", "GET", name), cancellationToken);
            return (string[]?)answer is [_, var value] ? value : null;
        }
        catch (RedisServerException)
        {
            return null;
        }
    }

    /// <summary>
    /// Puts a fresh connection in place of one that gives no answers. Its requests may still reach the server later; the scripts see to it that
    /// a late one changes nothing.
    /// </summary>
    private async Task ReplaceAsync(ConnectionMultiplexer? silent, CancellationToken cancellationToken)
    {
        await _replacing.WaitAsync(cancellationToken);
        try
        {
            if (_isDisposed || !ReferenceEquals(_multiplexer, silent)) return;
            if (silent is not null) _log.RedisSilent(_endpoint.ToString(), Options.AnswerTimeout.TotalSeconds);
            _multiplexer = await ConnectionMultiplexer.ConnectAsync(Configuration());
            // It mends itself; each has a second connection for subscriptions, of which we have none.
            _multiplexer.ConnectionRestored += (_, restored) =>
            {
                if (restored.ConnectionType == ConnectionType.Interactive) Options.Reconnected?.Invoke();
            };
            if (silent is null) return;
            await silent.CloseAsync(allowCommandsToComplete: false);
            Options.Reconnected?.Invoke();
        }
        catch (RedisConnectionException) when (silent is not null)
        {
            // Not even the name resolves now: the old one stays until the next try.
        }
        finally
        {
            _replacing.Release();
        }
    }

    private ConfigurationOptions Configuration()
    {
        var options = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            ClientName = "sa2va",
            ConnectTimeout = 5000,
            Password = _endpoint.Password?.Reveal(),
            // Neither is used; each would cost a request at every connection.
            TieBreaker = "",
            ConfigurationChannel = "",
        };
        options.EndPoints.Add(_endpoint.Host, _endpoint.Port);
        if (_tls is not { } tls) return options;
        options.Ssl = true;
        options.SslHost = tls.ServerName;
        options.CertificateValidation += (_, certificate, chain, errors) => tls.Accepts(certificate, chain, errors);
        if (tls.Own is { } own) options.CertificateSelection += (_, _, _, _, _) => own;
        return options;
    }

    /// <summary>Says once why operations fail; what the server itself says about it is the better reason.</summary>
    private async Task NoteAwayAsync(Exception failure, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _isAway) == 1) return;
        if (failure is RedisServerException)
        {
            NoteAway(failure.Message);
            return;
        }

        try
        {
            // A server that lets the probe in has only dropped a connection: nothing to tell.
            if (await RedisProbe.TryAsync(_endpoint, _database, _tls, Options.AnswerTimeout, cancellationToken) is { } reason) NoteAway(reason);
        }
        catch (SettingsException refused)
        {
            // Refused later on: someone is changing the server's settings. Work in hand waits for the operator instead of being given up.
            NoteAway(refused.Message);
        }
    }

    private void NoteAway(string reason)
    {
        if (Interlocked.Exchange(ref _isAway, 1) == 0) _log.RedisAway(_endpoint.ToString(), reason);
    }

    private void NoteBack()
    {
        if (Volatile.Read(ref _isAway) == 1 && Interlocked.Exchange(ref _isAway, 0) == 1) _log.RedisBack(_endpoint.ToString());
    }
}
