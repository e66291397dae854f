using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>
/// Answers probes and scrapers over HTTP: <c>/live</c>, <c>/ready</c> (200 or 503, with the reasons as JSON) and <c>/metrics</c>. There is no
/// password, so by default it is reached from this machine alone.
/// </summary>
public sealed class HealthServer : IAsyncDisposable
{
    // Probes are few. More at a time than this wait in the system's queue.
    private const int MaxAtOnce = 8;
    private const int PortAttempts = 20;

    // Below the time that Kubernetes is told to wait for an answer.
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(3);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HttpListener _listener;
    private readonly HealthSurvey _survey;
    private readonly PrometheusText _metrics;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task[] _loops;
    private int _disposed;

    private HealthServer(HttpListener listener, int port, HealthSurvey survey, PrometheusText metrics, ILogger log)
    {
        (_listener, Port, _survey, _metrics, _log) = (listener, port, survey, metrics, log);
        _loops = [.. Enumerable.Range(0, MaxAtOnce).Select(_ => AnswerAsync())];
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Begins to listen; null when the settings name no port.</summary>
    /// <param name="settings">Where.</param>
    /// <param name="node">Who answers.</param>
    /// <param name="checks">What must be well for the process to be ready, or to be let live.</param>
    /// <param name="metrics">Served at <c>/metrics</c>; stays the caller's.</param>
    /// <param name="log">Null for none.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="Settings.SettingsException">A setting is wrong, or the port is taken.</exception>
    public static HealthServer? Start(
        TelemetrySettings settings, string node, HealthChecks checks, PrometheusText metrics, ILogger? log = null, TimeProvider? time = null)
    {
        settings.Check();
        if (settings.Port is not { } wanted) return null;
        var survey = new HealthSurvey(node, checks, CheckLimit, time ?? TimeProvider.System);
        for (var attempt = 1; ; attempt++)
        {
            var port = wanted == 0 ? FreePort() : wanted;
            var listener = Listener(settings.Address, port);
            try
            {
                listener.Start();
                log ??= NullLogger.Instance;
                log.Answers(settings.Address, port);
                return new HealthServer(listener, port, survey, metrics, log);
            }
            catch (Exception failure) when (failure is HttpListenerException or SocketException)
            {
                ((IDisposable)listener).Dispose();
                // Between the choice of a free port and its use another process may take it.
                if (wanted == 0 && attempt < PortAttempts) continue;
                throw TelemetrySettings.Wrong($"port: {settings.Address}:{port} cannot be listened on: {failure.Message} Choose another port, 0 for any, or null for none.");
            }
        }
    }

    /// <summary>Stops listening and waits for the answers that are under way.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await _stopping.CancelAsync();
        _listener.Stop();
        await Task.WhenAll(_loops);
        // It is stopped. Close would take the port once more to give it back, and another may have it by now.
        _listener.Abort();
        _stopping.Dispose();
    }

    private static HttpListener Listener(string address, int port)
    {
        var listener = new HttpListener { IgnoreWriteExceptions = true };
        var isIPv6 = address.Contains(':', StringComparison.Ordinal);
        listener.Prefixes.Add($"http://{(isIPv6 ? $"[{address}]" : address == "0.0.0.0" ? "*" : address)}:{port}/");
        // The listener compares the name that a client used; people say localhost.
        if (address == "127.0.0.1") listener.Prefixes.Add($"http://localhost:{port}/");
        return listener;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task AnswerAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception failure) when (failure is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (_stopping.IsCancellationRequested) return;
                continue;
            }

            try
            {
                await AnswerAsync(context.Request, context.Response);
                context.Response.Close();
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                context.Response.Abort();
            }
            catch (Exception failure)
            {
                // One answer that fails must not end the loop.
                _log.ProbeFailed(failure, context.Request.Url?.AbsolutePath ?? "");
                context.Response.Abort();
            }
        }
    }

    private async Task AnswerAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        if (request.HttpMethod is not ("GET" or "HEAD"))
        {
            response.AddHeader("Allow", "GET, HEAD");
            await SendAsync(request, response, 405, "text/plain", "Only GET and HEAD are answered.\n");
            return;
        }

        switch (request.Url?.AbsolutePath)
        {
            case "/live":
                await ReportAsync(request, response, forLife: true);
                break;
            case "/ready":
                await ReportAsync(request, response, forLife: false);
                break;
            case "/metrics":
                await SendAsync(request, response, 200, PrometheusText.ContentType, _metrics.Write());
                break;
            default:
                await SendAsync(request, response, 404, "text/plain", "There are /live, /ready and /metrics.\n");
                break;
        }
    }

    private async Task ReportAsync(HttpListenerRequest request, HttpListenerResponse response, bool forLife)
    {
        var report = await _survey.AskAsync(forLife, _stopping.Token);
        await SendAsync(request, response, report.Ok ? 200 : 503, "application/json", JsonSerializer.Serialize(report, Json) + "\n");
    }

    private async Task SendAsync(HttpListenerRequest request, HttpListenerResponse response, int status, string type, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        response.StatusCode = status;
        response.ContentType = type;
        response.AddHeader("Cache-Control", "no-store");
        response.ContentLength64 = bytes.Length;
        if (request.HttpMethod != "HEAD") await response.OutputStream.WriteAsync(bytes, _stopping.Token);
    }
}
