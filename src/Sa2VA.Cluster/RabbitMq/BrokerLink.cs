using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>Keeps a connection to the broker for one purpose, and makes a new one, with back-off, whenever it is lost.</summary>
internal sealed class BrokerLink : IAsyncDisposable
{
    private readonly string _purpose;
    private readonly BrokerConnector _connector;
    private readonly Topology _topology;
    private readonly Func<IConnection, CancellationToken, Task<IChannel>> _prepare;
    private readonly Func<BackOff> _newBackOff;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _keeping;

    // Replaced by the keeping loop when a session is lost, completed when there is a new one.
    private TaskCompletionSource<BrokerSession> _session = New();

    private BrokerLink(
        string purpose, BrokerConnector connector, Topology topology, Func<IConnection, CancellationToken, Task<IChannel>> prepare,
        Func<BackOff> newBackOff, ILogger log, BrokerSession first)
    {
        (_purpose, _connector, _topology, _prepare, _newBackOff, _log) = (purpose, connector, topology, prepare, newBackOff, log);
        _session.SetResult(first);
        _keeping = KeepAsync(first);
    }

    /// <summary>Whether there is a connection, as far as is known.</summary>
    public bool IsConnected => Volatile.Read(ref _session).Task is { IsCompletedSuccessfully: true } session && !session.Result.Lost.IsCancellationRequested;

    /// <summary>Makes the first connection.</summary>
    /// <param name="purpose">A word for the connection's name.</param>
    /// <param name="connector">To which server.</param>
    /// <param name="topology">Declared on each new connection.</param>
    /// <param name="prepare">Opens the channel that the link is for, on each new connection.</param>
    /// <param name="newBackOff">For a run of failures.</param>
    /// <param name="log">Where losses are told.</param>
    /// <param name="cancellationToken">Until it is connected.</param>
    /// <exception cref="Exception">As <see cref="BrokerConnector.Explain"/> says.</exception>
    public static async Task<BrokerLink> OpenAsync(
        string purpose, BrokerConnector connector, Topology topology, Func<IConnection, CancellationToken, Task<IChannel>> prepare,
        Func<BackOff> newBackOff, ILogger log, CancellationToken cancellationToken)
    {
        try
        {
            var first = await OpenSessionAsync(purpose, connector, topology, prepare, cancellationToken);
            return new BrokerLink(purpose, connector, topology, prepare, newBackOff, log, first);
        }
        catch (Exception failure) when (BrokerFailure.MayPass(failure) && !cancellationToken.IsCancellationRequested)
        {
            throw connector.Explain(failure);
        }
    }

    /// <summary>The connection that is there, or the next one.</summary>
    /// <exception cref="ObjectDisposedException">The link is closed.</exception>
    public async Task<BrokerSession> SessionAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, typeof(RabbitMqTransport));
        return await Volatile.Read(ref _session).Task.WaitAsync(cancellationToken);
    }

    /// <summary>Does something on the connection, again and again until it succeeds. A queue that somebody has deleted is declared anew.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; what was begun may have been done.</exception>
    /// <exception cref="ObjectDisposedException">The link is closed.</exception>
    public async Task<T> UseAsync<T>(Func<BrokerSession, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var wait = _newBackOff(); ; await wait.PauseAsync(cancellationToken))
        {
            var session = await SessionAsync(cancellationToken);
            try
            {
                try
                {
                    return await work(session);
                }
                catch (Exception missing) when (BrokerFailure.CodeOf(missing) == BrokerFailure.NotFound && session.Connection.IsOpen)
                {
                    _log.QueueMissing(BrokerFailure.TextOf(missing));
                    await _topology.DeclareAsync(session.Connection, cancellationToken);
                }
            }
            catch (Exception failure) when (BrokerFailure.MayPass(failure) && !cancellationToken.IsCancellationRequested)
            {
                _log.TryingAgain(_purpose, failure.Message);
            }
        }
    }

    /// <summary>Does something on the connection that is there now, once: for questions that nobody wants to wait for.</summary>
    /// <exception cref="ServerUnavailableException">There is no connection, or it was lost over the question.</exception>
    public async Task<T> AskAsync<T>(Func<BrokerSession, Task<T>> question, CancellationToken cancellationToken)
    {
        if (!IsConnected) throw new ServerUnavailableException($"RabbitMQ at {_connector.Server} is away; the connection is being tried again.");
        var session = await SessionAsync(cancellationToken);
        try
        {
            return await question(session);
        }
        catch (Exception failure) when (BrokerFailure.MayPass(failure) && !cancellationToken.IsCancellationRequested)
        {
            throw _connector.Explain(failure);
        }
    }

    /// <summary>Declares what somebody has deleted.</summary>
    public Task DeclareAsync(CancellationToken cancellationToken) => UseAsync(
        async session =>
        {
            await _topology.DeclareAsync(session.Connection, cancellationToken);
            return true;
        },
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        await _keeping;
        _stopping.Dispose();
    }

    private static TaskCompletionSource<BrokerSession> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task<BrokerSession> OpenSessionAsync(
        string purpose, BrokerConnector connector, Topology topology, Func<IConnection, CancellationToken, Task<IChannel>> prepare, CancellationToken cancellationToken)
    {
        var connection = await connector.ConnectAsync(purpose, cancellationToken);
        try
        {
            await topology.DeclareAsync(connection, cancellationToken);
            return new BrokerSession(connection, await prepare(connection, cancellationToken));
        }
        catch
        {
            await BrokerSession.CloseAsync(connection);
            throw;
        }
    }

    private async Task KeepAsync(BrokerSession session)
    {
        try
        {
            for (; ; )
            {
                var reason = await session.Ended.WaitAsync(_stopping.Token);
                var next = New();
                Volatile.Write(ref _session, next);
                _log.ConnectionLost(_purpose, _connector.Server, reason);
                await session.DisposeAsync();
                session = await ReopenAsync();
                next.SetResult(session);
                _log.Reconnected(_purpose, _connector.Server);
                _connector.NoteReconnected();
            }
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // Stopped, or lost once more in the middle of coming back: nobody needs it any longer.
            var gone = Volatile.Read(ref _session);
            if (gone.TrySetException(new ObjectDisposedException(nameof(RabbitMqTransport)))) _ = gone.Task.Exception; // seen, though nobody may wait
        }
        finally
        {
            await session.DisposeAsync();
        }
    }

    private async Task<BrokerSession> ReopenAsync()
    {
        for (var wait = _newBackOff(); ; await wait.PauseAsync(_stopping.Token))
        {
            try
            {
                return await OpenSessionAsync(_purpose, _connector, _topology, _prepare, _stopping.Token);
            }
            catch (Exception failure) when (!_stopping.IsCancellationRequested)
            {
                // Whatever it is, someone may repair it on the server; until then work pauses.
                _log.StillAway(_purpose, _connector.Explain(failure).Message);
            }
        }
    }
}
