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

    /// <summary>Drops the next bytes of the server, and with them every connection: what was asked is done, but nobody hears of it. Then turns everybody away.</summary>
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
        try
        {
            await server.ConnectAsync(_server.Host, _server.Port, _stop.Token);
            await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), _stop.Token), AnswerAsync(server.GetStream(), client.GetStream()));
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or SocketException or InvalidOperationException)
        {
            // Cut by the test, or by one of the ends.
        }
        finally
        {
            lock (_gate) _clients.Remove(client);
            client.Dispose();
        }
    }

    private async Task AnswerAsync(NetworkStream server, NetworkStream client)
    {
        var buffer = new byte[1 << 16];
        while (await server.ReadAsync(buffer, _stop.Token) is > 0 and var length)
        {
            lock (_gate)
            {
                if (_answerLost is { } lost)
                {
                    _answerLost = null;
                    (_refusing, _refused) = (true, NewSignal());
                    CutAll();
                    lost.SetResult();
                    return;
                }
            }

            await client.WriteAsync(buffer.AsMemory(0, length), _stop.Token);
        }
    }

    private void CutAll()
    {
        foreach (var client in _clients) client.Dispose();
        _clients.Clear();
    }
}
