using System.Collections.Concurrent;
using System.Text;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Telemetry;

public sealed class TelemetryExportTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_and_traces_reach_the_collector_with_its_key()
    {
        var received = new ConcurrentDictionary<string, string>();
        await using var collector = new HttpPeer(async (context, stop) =>
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body, stop);
            // Protobuf keeps text as it is, so that names can be looked for in it.
            received.AddOrUpdate(context.Request.Url!.AbsolutePath, Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
        });
        var settings = new TelemetrySettings
        {
            OtlpEndpoint = new Uri(collector.Url("otlp/")),
            OtlpProtocol = OtlpProtocol.Http,
            OtlpHeaders = new Dictionary<string, Secret> { ["x-api-key"] = new("a secret=key/100%") },
        };
        using (var metrics = new ClusterMetrics("export-test"))
        using (TelemetryExport.Start(settings, "export-test"))
        {
            metrics.FrameDone(WorkStage.Track, TimeSpan.FromMilliseconds(5));
            using var span = ClusterTracing.StartWork(new WorkItem("video-of-export"), "export-test");
            Assert.NotNull(span);
        }

        Assert.Equal(["/otlp/v1/metrics", "/otlp/v1/traces"], received.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("sa2va.frame.duration", received["/otlp/v1/metrics"], StringComparison.Ordinal);
        Assert.Contains("export-test", received["/otlp/v1/metrics"], StringComparison.Ordinal);
        Assert.Contains("video-of-export", received["/otlp/v1/traces"], StringComparison.Ordinal);
        Assert.All(collector.Requests, request => Assert.Equal("a secret=key/100%", request.Headers["x-api-key"]));
    }

    [Fact]
    public void A_collector_that_is_away_holds_up_nothing()
    {
        var settings = new TelemetrySettings { OtlpEndpoint = new Uri($"http://127.0.0.1:{HttpPeer.FreePort()}"), OtlpProtocol = OtlpProtocol.Http };
        using var metrics = new ClusterMetrics("lonely-test");
        var export = TelemetryExport.Start(settings, "lonely-test")!;
        metrics.Reconnected("redis");
        export.Dispose();
    }

    [Fact]
    public void Without_a_collector_nothing_is_started() => Assert.Null(TelemetryExport.Start(new TelemetrySettings(), "quiet"));

    public static TheoryData<string, TelemetrySettings> Wrong() => new()
    {
        { "telemetry.address is 'nowhere'", new() { Address = "nowhere" } },
        { "telemetry.port is 70000", new() { Port = 70000 } },
        { "telemetry.otlpEndpoint is 'ftp://host/'", new() { OtlpEndpoint = new Uri("ftp://host") } },
        { "telemetry.otlpHeaders has 'a b'", new() { OtlpHeaders = new Dictionary<string, Secret> { ["a b"] = new("x") } } },
        { "telemetry.otlpHeaders.key has a comma", new() { OtlpHeaders = new Dictionary<string, Secret> { ["key"] = new("x,y") } } },
        { "telemetry.exportEvery is 00:00:00", new() { ExportEvery = TimeSpan.Zero } },
        { "telemetry.traceRatio is 2", new() { TraceRatio = 2 } },
        { "telemetry.traceRatio is NaN", new() { TraceRatio = double.NaN } },
        { "telemetry.serviceName is empty", new() { ServiceName = "" } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_refused_by_name(string says, TelemetrySettings settings)
    {
        Assert.Contains(says, Assert.Throws<SettingsException>(() => TelemetryExport.Start(settings, "x")).Message, StringComparison.Ordinal);
        Assert.Contains(says, Assert.Throws<SettingsException>(settings.Check).Message, StringComparison.Ordinal);
    }
}
