using System.Net;
using System.Net.Sockets;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Tests.Postgres;

/// <summary>
/// A connection to a server that fails on command: it passes bytes on, loses the next answer, or turns everybody away. A server with
/// nothing to say to the test behind it is not harmed.
/// </summary>
internal sealed class FaultyWire : IAsyncDisposable
{
    private readonly ServerEndpoint _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<TcpClient> _clients = [];
    private readonly List<Task> _relays = [];
    private readonly Task _accepting;
    private TaskCompletionSource _refused = NewSignal();
    private TaskCompletionSource? _answerLost;
    private bool _refusing;

    public FaultyWire(ServerEndpoint server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The server as it is seen through this wire.</summary>
    public ServerEndpoint Endpoint => _server with { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port };

    /// <summary>Completed when somebody was turned away since <see cref="Refuse"/>.</summary>
    public Task Refused
    {
        get
        {
            lock (_gate) return _refused.Task;
        }
    }

    /// <summary>
    /// Loses the next answer, and with it every connection, and then turns everybody away. The task ends when the server has done all that it
    /// was asked: an answer may be that to the reset of a pooled connection, with the statement still to come.
    /// </summary>
    public Task LoseNextAnswer()
    {
        lock (_gate) return (_answerLost = NewSignal()).Task;
    }

    public void Refuse()
    {
        lock (_gate)
        {
            (_refusing, _refused) = (true, NewSignal());
            CutAll();
        }
    }

    public void Accept()
    {
        lock (_gate) _refusing = false;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        lock (_gate) CutAll();
        await _accepting;
        await Task.WhenAll(_relays);
        _stop.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(_stop.Token);
            }
            catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            lock (_gate)
            {
                if (_refusing)
                {
                    client.Dispose();
                    _refused.TrySetResult();
                    continue;
                }

                _clients.Add(client);
                _relays.Add(RelayAsync(client));
            }
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var server = new TcpClient();
        var asking = Task.CompletedTask;
        try
        {
            await server.ConnectAsync(_server.Host, _server.Port, _stop.Token);
            asking = AskAsync(client.GetStream(), server);
            await AnswerAsync(server.GetStream(), client.GetStream());
        }
        catch (Exception failure) when (IsCut(failure))
        {
            // By the test, or by one of the ends.
        }
        finally
        {
            lock (_gate) _clients.Remove(client);
            client.Dispose();
            await asking;
        }
    }

    /// <summary>Passes on what the client asks. When it is gone, the server hears of it once it has done what was asked before.</summary>
    private async Task AskAsync(NetworkStream client, TcpClient server)
    {
        try
        {
            await client.CopyToAsync(server.GetStream(), _stop.Token);
        }
        catch (Exception failure) when (IsCut(failure))
        {
            // The rest is the same.
        }

        try
        {
            server.Client.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It has closed already.
        }
    }

    private async Task AnswerAsync(NetworkStream server, NetworkStream client)
    {
        var buffer = new byte[1 << 16];
        while (await server.ReadAsync(buffer, _stop.Token) is > 0 and var length)
        {
            if (TakeLoss() is { } lost)
            {
                while (await server.ReadAsync(buffer, _stop.Token) > 0)
                {
                    // Lost as well, until the server has nothing more to say and closes.
                }

                lost.SetResult();
                return;
            }

            await client.WriteAsync(buffer.AsMemory(0, length), _stop.Token);
        }
    }

    private TaskCompletionSource? TakeLoss()
    {
        lock (_gate)
        {
            if (_answerLost is not { } lost) return null;
            _answerLost = null;
            (_refusing, _refused) = (true, NewSignal());
            CutAll();
            return lost;
        }
    }

    private static bool IsCut(Exception failure) => failure is OperationCanceledException or IOException or SocketException or InvalidOperationException;

    private void CutAll()
    {
        foreach (var client in _clients) client.Dispose();
        _clients.Clear();
    }
}
