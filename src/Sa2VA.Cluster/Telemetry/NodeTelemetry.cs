using Microsoft.Extensions.Logging;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>
/// A process's metrics, probes and export, started together and first of all, so that nothing is missed and a probe hears why the process
/// is not ready yet.
/// </summary>
public sealed class NodeTelemetry : IAsyncDisposable
{
    private readonly PrometheusText _text;
    private readonly TelemetryExport? _export;
    private readonly HealthServer? _server;
    private readonly HealthChecks _checks;

    private NodeTelemetry(PrometheusText text, ClusterMetrics metrics, TelemetryExport? export, HealthServer? server, HealthChecks checks)
        => (_text, Metrics, _export, _server, _checks) = (text, metrics, export, server, checks);

    /// <summary>Where the process counts.</summary>
    public ClusterMetrics Metrics { get; }

    /// <summary>Where probes are answered; null for nowhere.</summary>
    public int? Port => _server?.Port;

    /// <summary>Starts everything that the settings ask for. Until <see cref="Ready"/> the process is not ready.</summary>
    /// <param name="settings">What.</param>
    /// <param name="node">The process, as its settings name it.</param>
    /// <param name="log">Null for none.</param>
    /// <exception cref="Settings.SettingsException">A setting is wrong, or the port is taken.</exception>
    public static NodeTelemetry Start(TelemetrySettings settings, string node, ILogger? log = null)
    {
        settings.Check();
        var text = new PrometheusText();
        var metrics = new ClusterMetrics(node);
        TelemetryExport? export = null;
        try
        {
            export = TelemetryExport.Start(settings, node);
            var checks = new HealthChecks();
            checks.Set(Starting("It is starting."));
            return new NodeTelemetry(text, metrics, export, HealthServer.Start(settings, node, checks, text, log), checks);
        }
        catch
        {
            export?.Dispose();
            metrics.Dispose();
            text.Dispose();
            throw;
        }
    }

    /// <summary>Adds a check, or puts it in the place of the one of its name.</summary>
    public void Watch(HealthCheck check) => _checks.Set(check);

    /// <summary>The process has begun to work.</summary>
    public void Ready() => _checks.Set(Starting(reason: null));

    /// <summary>The process ends: from now on it is not ready, so that nobody counts on it.</summary>
    public void Draining() => _checks.Set(Starting("It drains: no new work is taken, what is in work is handed over."));

    /// <summary>Stops answering, and sends what is left to the collector.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _export?.Dispose();
        Metrics.Dispose();
        _text.Dispose();
    }

    private static HealthCheck Starting(string? reason) => new("work", _ => ValueTask.FromResult(reason));
}
