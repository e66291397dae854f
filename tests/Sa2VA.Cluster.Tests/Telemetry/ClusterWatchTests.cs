using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Telemetry;

public sealed class ClusterWatchTests
{
    private readonly ManualTime _time = new();
    private Func<IReadOnlyList<QueueLength>> _queues = () => [new QueueLength(WorkKind.Video, WorkPriority.Low, 7)];
    private TaskCompletionSource _looked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_and_how_videos_stand_is_measured_and_a_server_that_is_away_makes_the_node_not_ready()
    {
        var name = "watch-" + Guid.NewGuid();
        await using var telemetry = NodeTelemetry.Start(new TelemetrySettings { Port = 0 }, name);
        telemetry.Ready();
        var job = new JobView("job-1", new JobRequest { Model = "nano" }, default, 5, new Dictionary<VideoState, long> { [VideoState.Running] = 2, [VideoState.Completed] = 3 }, IsHeld: false);
        await using var watch = new ClusterWatch(telemetry, _ => ValueTask.FromResult(Queues()), _ => Task.FromResult<IReadOnlyList<JobView>>([job, job]), () => (1, 4), _time);
        await LookAsync();
        using var client = new HttpClient();
        var text = Exposition.Parse(await client.GetStringAsync($"http://127.0.0.1:{telemetry.Port}/metrics", Stop));
        Assert.Equal(7, text.Value("sa2va_queue_length", ("node", name), ("lane", "low")));
        Assert.Equal(4, text.Value("sa2va_videos", ("node", name), ("state", "running")));
        Assert.Equal(3, text.Value("sa2va_slots", ("node", name), ("state", "free")));
        Assert.Equal("", await WhyNotAsync(client, telemetry));

        _queues = () => throw new ServerUnavailableException("RabbitMQ at mq:5672 is away.");
        await LookAsync();
        Assert.Contains("RabbitMQ at mq:5672 is away. Work goes on when it is back.", await WhyNotAsync(client, telemetry), StringComparison.Ordinal);

        _queues = () => [];
        await LookAsync();
        Assert.Equal("", await WhyNotAsync(client, telemetry));
    }

    private static async Task<string> WhyNotAsync(HttpClient client, NodeTelemetry telemetry)
    {
        using var response = await client.GetAsync($"http://127.0.0.1:{telemetry.Port}/ready", Stop);
        return response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync(Stop);
    }

    private IReadOnlyList<QueueLength> Queues()
    {
        var looked = _looked;
        try
        {
            return _queues();
        }
        finally
        {
            looked.TrySetResult();
        }
    }

    /// <summary>Looks twice: when the second look begins, all that the first one found has been told.</summary>
    private async Task LookAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            _looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _time.Advance(TimeSpan.FromSeconds(15));
            await _looked.Task.WaitAsync(Stop);
        }
    }
}
