using System.Net;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>How a process tells others how it is.</summary>
public sealed record TelemetrySettings
{
    /// <summary>Address for probes and metrics. Default <c>127.0.0.1</c>, this machine alone; <c>*</c> for every network that it is in. There is no password.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Port for probes and metrics, usually 9464; 0 for any that is free. Default null, none: several nodes of a machine may share their settings.</summary>
    public int? Port { get; init; }

    /// <summary>Collector for metrics and traces by OTLP: <c>http://collector:4317</c>. Default null: nothing is sent.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>How the collector is spoken to. Default gRPC.</summary>
    public OtlpProtocol OtlpProtocol { get; init; } = OtlpProtocol.Grpc;

    /// <summary>Headers that the collector wants, a key for instance.</summary>
    public IReadOnlyDictionary<string, Secret> OtlpHeaders { get; init; } = new Dictionary<string, Secret>();

    /// <summary>Time between two exports of metrics. Default 30 s; 1 s to 1 hour.</summary>
    public TimeSpan ExportEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Part of the videos whose traces are sent, 0 to 1. Default 1. It holds for a video on all machines.</summary>
    public double TraceRatio { get; init; } = 1;

    /// <summary>What dashboards call this kind of process. Default <c>sa2va-node</c>.</summary>
    public string ServiceName { get; init; } = "sa2va-node";

    /// <summary>Checks the settings.</summary>
    /// <exception cref="SettingsException">The first that is wrong.</exception>
    public void Check()
    {
        if (Address != "*" && !IPAddress.TryParse(Address, out _)) throw Wrong($"address is '{Address}'; it is an IP address of this machine, or '*' for all of them.");
        if (Port is < 0 or > 65535) throw Wrong($"port is {Port}; it may be 0 to 65535, or null for none.");
        if (OtlpEndpoint is { } endpoint && (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https")))
            throw Wrong($"otlpEndpoint is '{endpoint}'; it is an http or https address, as http://collector:4317.");
        if (OtlpHeaders.Keys.FirstOrDefault(name => name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) is { } header)
            throw Wrong($"otlpHeaders has '{header}'; the name of a header has letters, digits, '-' and '_'.");
        // The exporter takes all headers as one list with commas, and reads it again.
        if (OtlpHeaders.FirstOrDefault(h => h.Value.Reveal().Contains(',', StringComparison.Ordinal)).Key is { } listed)
            throw Wrong($"otlpHeaders.{listed} has a comma in it, which cannot be sent.");
        if (ExportEvery < TimeSpan.FromSeconds(1) || ExportEvery > TimeSpan.FromHours(1)) throw Wrong($"exportEvery is {ExportEvery}; it may be 1 second to 1 hour.");
        if (!(TraceRatio is >= 0 and <= 1)) throw Wrong($"traceRatio is {TraceRatio}; it may be 0 to 1.");
        if (string.IsNullOrWhiteSpace(ServiceName)) throw Wrong("serviceName is empty.");
    }

    internal static SettingsException Wrong(string what) => new("telemetry." + what);
}

/// <summary>The two forms of OTLP.</summary>
public enum OtlpProtocol
{
    /// <summary>gRPC, usually at port 4317.</summary>
    Grpc,

    /// <summary>HTTP with protobuf, usually at port 4318.</summary>
    Http,
}
