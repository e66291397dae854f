using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Tests.RabbitMq;

/// <summary>A cable between a client and a server that a test can cut, or let go silent.</summary>
public sealed class LoopbackProxy : IAsyncDisposable
{
    private readonly ServerEndpoint _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly ConcurrentBag<Task> _cables = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private volatile bool _open = true;
    private volatile bool _silent;

    public LoopbackProxy(ServerEndpoint server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The server, by this cable.</summary>
    public ServerEndpoint Endpoint => _server with { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port };

    /// <summary>Resets all connections; new ones are cut at once until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        _open = false;
        while (_sockets.TryTake(out var socket)) Reset(socket);
    }

    /// <summary>New connections get through again.</summary>
    public void Mend() => _open = true;

    /// <summary>Connections stay, and nothing gets through them any more.</summary>
    public void FallSilent() => _silent = true;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        await Task.WhenAll(_cables);
        _stopping.Dispose();
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Dispose();
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // Its own ends had closed it.
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            for (; ; ) _cables.Add(LayAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task LayAsync(Socket client)
    {
        using (client)
        using (var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            if (!_open) return;
            try
            {
                await server.ConnectAsync(_server.Host, _server.Port, _stopping.Token);
                _sockets.Add(client);
                _sockets.Add(server);
                await Task.WhenAny(CarryAsync(client, server), CarryAsync(server, client));
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The server is away, or the cable was cut.
            }
        }
    }

    private async Task CarryAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            for (; ; )
            {
                var count = await from.ReceiveAsync(buffer, _stopping.Token);
                if (count == 0) return;
                if (!_silent) await to.SendAsync(buffer.AsMemory(0, count), _stopping.Token);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
