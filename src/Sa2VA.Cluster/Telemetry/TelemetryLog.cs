using Microsoft.Extensions.Logging;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>Log events of telemetry, ids 5001 to 5099.</summary>
internal static partial class TelemetryLog
{
    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "A request for {Path} could not be answered")]
    public static partial void ProbeFailed(this ILogger log, Exception failure, string path);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Information, Message = "Probes and metrics are answered at {Address}, port {Port}")]
    public static partial void Answers(this ILogger log, string address, int port);
}
