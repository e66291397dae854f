using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sa2VA.Testing;

/// <summary>A web server on a free port of this machine, whose answers a test writes. It records what it was asked.</summary>
public sealed class HttpPeer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<HttpListenerContext, CancellationToken, Task> _answer;
    private readonly ConcurrentBag<Task> _answers = [];
    private readonly Task _loop;

    /// <summary>Begins to listen.</summary>
    public HttpPeer(Func<HttpListenerContext, CancellationToken, Task> answer)
    {
        _answer = answer;
        Port = Start(_listener);
        _loop = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Its name with its port.</summary>
    public string Host => $"127.0.0.1:{Port}";

    /// <summary>What it was asked, in order.</summary>
    public ConcurrentQueue<HttpListenerRequest> Requests { get; } = [];

    /// <summary>The address of a path.</summary>
    public string Url(string path) => $"http://{Host}/{path}";

    /// <summary>A port that is free for another server; it may be taken by the time it is used.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _loop;
        await Task.WhenAll(_answers);
        // It is stopped. Close would take the port once more to give it back, and another may have it by now.
        _listener.Abort();
        _stopping.Dispose();
    }

    private static int Start(HttpListener listener)
    {
        for (var attempt = 0; ; attempt++)
        {
            var port = FreePort();
            listener.Prefixes.Clear();
            listener.Prefixes.Add($"http://*:{port}/");
            try
            {
                listener.Start();
                return port;
            }
            catch (HttpListenerException) when (attempt < 20)
            {
                // Someone else was quicker.
            }
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception failure) when (failure is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            Requests.Enqueue(context.Request);
            _answers.Add(AnswerAsync(context));
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            await _answer(context, _stopping.Token);
            context.Response.Close();
        }
        catch (Exception failure) when (failure is HttpListenerException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The client has gone, or the test meant to cut it off.
            context.Response.Abort();
        }
    }
}
