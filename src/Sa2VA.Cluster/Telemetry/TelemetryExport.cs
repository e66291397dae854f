using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>Sends metrics and traces to a collector by OTLP. A collector that is away loses what happened meanwhile and holds up nothing.</summary>
public sealed class TelemetryExport : IDisposable
{
    private const int FlushMilliseconds = 5000;
    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;

    private TelemetryExport(MeterProvider metrics, TracerProvider traces) => (_metrics, _traces) = (metrics, traces);

    /// <summary>Begins to export; null when no collector is configured. Start it before the work begins: spans begun earlier are not sent.</summary>
    /// <param name="settings">Where to.</param>
    /// <param name="node">The process, as its settings name it.</param>
    /// <exception cref="Settings.SettingsException">A setting is wrong.</exception>
    public static TelemetryExport? Start(TelemetrySettings settings, string node)
    {
        settings.Check();
        if (settings.OtlpEndpoint is null) return null;
        var version = typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3);
        var resource = ResourceBuilder.CreateEmpty().AddService(settings.ServiceName, serviceVersion: version, serviceInstanceId: node);
        var metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(ClusterMetrics.MeterName)
            .AddOtlpExporter((exporter, reader) =>
            {
                Address(exporter, settings, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)settings.ExportEvery.TotalMilliseconds;
            }).Build();
        var traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(ClusterTracing.SourceName)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.TraceRatio)))
            .AddOtlpExporter(exporter => Address(exporter, settings, "v1/traces")).Build();
        return new TelemetryExport(metrics, traces);
    }

    /// <summary>Sends what is left, for a few seconds at most, and ends.</summary>
    public void Dispose()
    {
        // The providers would wait for their exporters without limit.
        _ = _traces.Shutdown(FlushMilliseconds);
        _ = _metrics.Shutdown(FlushMilliseconds);
        _traces.Dispose();
        _metrics.Dispose();
    }

    private static void Address(OtlpExporterOptions exporter, TelemetrySettings settings, string path)
    {
        var isHttp = settings.OtlpProtocol == OtlpProtocol.Http;
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        // An address that is set in code is used as it is; the paths of the two signals are for us to add.
        var endpoint = settings.OtlpEndpoint!.ToString();
        exporter.Endpoint = isHttp ? new Uri($"{endpoint.TrimEnd('/')}/{path}") : settings.OtlpEndpoint!;
        exporter.Headers = string.Join(',', settings.OtlpHeaders.Select(h => $"{h.Key}={Uri.EscapeDataString(h.Value.Reveal())}"));
    }
}
