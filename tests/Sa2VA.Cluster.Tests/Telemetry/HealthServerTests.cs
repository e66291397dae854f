using System.Net;
using System.Text.Json;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Telemetry;

namespace Sa2VA.Cluster.Tests.Telemetry;

public sealed class HealthServerTests : IDisposable
{
    private readonly PrometheusText _metrics = new();
    private readonly HttpClient _client = new();
    private string? _trouble;
    private string? _deadlyTrouble;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static TelemetrySettings AnyPort => new() { Port = 0 };

    public void Dispose()
    {
        _client.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task A_node_is_ready_while_all_is_well_and_says_why_when_it_is_not()
    {
        await using var server = Start(AnyPort)!;
        var (status, report) = await AskAsync(server, "ready");
        Assert.Equal((HttpStatusCode.OK, true, "node-a"), (status, report.GetProperty("ok").GetBoolean(), report.GetProperty("node").GetString()));

        _trouble = "PostgreSQL at db:5432 is away; it is tried again.";
        (status, report) = await AskAsync(server, "ready");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, false), (status, report.GetProperty("ok").GetBoolean()));
        var checks = report.GetProperty("checks").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!);
        Assert.Equal(_trouble, checks["postgres"].GetProperty("reason").GetString());
        Assert.True(checks["tensors"].GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task A_node_that_is_not_ready_is_let_live_and_one_that_cannot_be_mended_is_not()
    {
        await using var server = Start(AnyPort)!;
        _trouble = "It drains.";
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(server, "live")).Status);
        _deadlyTrouble = "The device is lost.";
        var (status, report) = await AskAsync(server, "live");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("tensors", Assert.Single(report.GetProperty("checks").EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_check_that_hangs_or_throws_is_a_reason_and_not_a_hanging_probe()
    {
        var time = new ManualTime();
        var checks = new HealthChecks(
            new HealthCheck("hangs", async _ => { await new TaskCompletionSource().Task; return null; }), new HealthCheck("throws", _ => throw new InvalidOperationException("It broke.")));
        await using var server = HealthServer.Start(AnyPort, "node-a", checks, _metrics, log: null, time)!;
        var asking = AskAsync(server, "ready");
        await time.TimersAsync(1);
        time.Advance(TimeSpan.FromSeconds(3));
        var (status, report) = await asking;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal(["It did not answer within 3 s.", "It broke."], report.GetProperty("checks").EnumerateArray().Select(c => c.GetProperty("reason").GetString()!));
    }

    [Fact]
    public async Task Metrics_are_served_as_Prometheus_wants_them()
    {
        await using var server = Start(AnyPort)!;
        using var metrics = new ClusterMetrics("health-test");
        metrics.Reconnected("redis");
        using var response = await _client.GetAsync(Url(server, "metrics"), Stop);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(1, Exposition.Parse(await response.Content.ReadAsStringAsync(Stop)).Value("sa2va_reconnects_total", ("node", "health-test"), ("server", "redis")));
    }

    [Fact]
    public async Task Other_requests_are_told_what_there_is()
    {
        await using var server = Start(AnyPort)!;
        using var elsewhere = await _client.GetAsync(Url(server, "../etc/passwd"), Stop);
        Assert.Equal((HttpStatusCode.NotFound, "There are /live, /ready and /metrics.\n"), (elsewhere.StatusCode, await elsewhere.Content.ReadAsStringAsync(Stop)));
        using var post = await _client.PostAsync(Url(server, "ready"), content: null, Stop);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        using var head = await _client.SendAsync(new HttpRequestMessage(HttpMethod.Head, Url(server, "ready")), Stop);
        Assert.Equal((HttpStatusCode.OK, ""), (head.StatusCode, await head.Content.ReadAsStringAsync(Stop)));
        using var byName = await _client.GetAsync($"http://localhost:{server.Port}/ready", Stop);
        Assert.Equal(HttpStatusCode.OK, byName.StatusCode);
    }

    [Fact]
    public async Task Many_probes_at_once_are_all_answered()
    {
        await using var server = Start(AnyPort)!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => AskAsync(server, i % 2 == 0 ? "ready" : "live")));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_refused_by_name_and_is_free_again_afterwards()
    {
        int port;
        await using (var first = Start(AnyPort)!)
        {
            port = first.Port;
            var failure = Assert.Throws<SettingsException>(() => Start(AnyPort with { Port = port }));
            Assert.Contains($"telemetry.port: 127.0.0.1:{port} cannot be listened on", failure.Message, StringComparison.Ordinal);
        }

        await using var second = Start(AnyPort with { Port = port })!;
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(second, "live")).Status);
    }

    [Fact]
    public void Without_a_port_there_is_no_server() => Assert.Null(Start(new TelemetrySettings()));

    [Fact]
    public async Task A_process_is_ready_when_it_says_so_and_no_more_when_it_drains()
    {
        await using var telemetry = NodeTelemetry.Start(AnyPort, "node-b");
        Assert.Equal("It is starting.", await WhyAsync());
        telemetry.Watch(new HealthCheck("redis", _ => ValueTask.FromResult<string?>("It is away.")));
        telemetry.Ready();
        Assert.Equal("It is away.", await WhyAsync());
        telemetry.Watch(new HealthCheck("redis", _ => ValueTask.FromResult<string?>(null)));
        Assert.Equal("", await WhyAsync());
        telemetry.Draining();
        Assert.StartsWith("It drains", await WhyAsync(), StringComparison.Ordinal);

        async Task<string> WhyAsync()
        {
            using var response = await _client.GetAsync($"http://127.0.0.1:{telemetry.Port}/ready", Stop);
            var checks = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("checks").EnumerateArray();
            var reasons = string.Join(" ", checks.Select(c => c.GetProperty("reason").GetString()).Where(r => r is not null));
            Assert.Equal(reasons.Length == 0, response.IsSuccessStatusCode);
            return reasons;
        }
    }

    private HealthServer? Start(TelemetrySettings settings) => HealthServer.Start(
        settings, "node-a",
        new HealthChecks(new HealthCheck("postgres", _ => ValueTask.FromResult(_trouble)), new HealthCheck("tensors", _ => ValueTask.FromResult(_deadlyTrouble), ForLife: true)), _metrics);

    private static Uri Url(HealthServer server, string path) => new($"http://127.0.0.1:{server.Port}/{path}");

    private async Task<(HttpStatusCode Status, JsonElement Report)> AskAsync(HealthServer server, string path)
    {
        using var response = await _client.GetAsync(Url(server, path), Stop);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(Stop)).RootElement);
    }
}
