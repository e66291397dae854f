using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Redis;
using Sa2VA.Cluster.Tests.Progress;
using Sa2VA.Cluster.Tests.Servers;

namespace Sa2VA.Cluster.Tests.Redis;

public sealed class RedisProgressLogTests(ServersFixture servers) : ProgressLogConformance, IAsyncLifetime
{
    private RedisConnection _connection = null!;
    private RedisProgressLog _log = null!;

    protected override IProgressLog Log => _log;

    public async ValueTask InitializeAsync()
    {
        _connection = await RedisConnection.OpenAsync(await servers.RedisAsync(Stop), new RedisOptions { EventsPerJob = 50 }, cancellationToken: Stop);
        _log = new RedisProgressLog(_connection);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
    }

    [Fact]
    public async Task Progress_is_stored_in_the_documented_fields()
    {
        await Log.ReportAsync(Report("job-1-000001", done: 64, epoch: 3) with { FramesPerSecond = 12.5 }, Stop);
        var video = await _connection.ExecuteAsync(d => d.HashGetAllAsync("sa2va:{job-1}:video:job-1-000001"), Stop);
        Assert.Equal(
            ["epoch=3", "fps=12.5", "frames_done=64", "frames_total=100", "message=", "node=node-a", "stage=tracking", "updated_at=" + Noon.ToUnixTimeMilliseconds()],
            video.Select(f => $"{f.Name}={f.Value}").Order(StringComparer.Ordinal));
        var job = await _connection.ExecuteAsync(d => d.HashGetAllAsync("sa2va:{job-1}:progress"), Stop);
        Assert.Equal(
            ["fps=12.5", "frames_done=64", "frames_total=100", "stage:tracking=1", "updated_at=" + Noon.ToUnixTimeMilliseconds(), "videos=1"],
            job.Select(f => $"{f.Name}={f.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Progress_and_events_expire()
    {
        await Log.ReportAsync(Report("job-1-000001", done: 64), Stop);
        await Log.PublishEventAsync("job-1", new JobEvent("x", Noon), Stop);
        foreach (var key in (string[])["sa2va:{job-1}:video:job-1-000001", "sa2va:{job-1}:progress", "sa2va:{job-1}:events"])
            Assert.InRange((await _connection.ExecuteAsync(d => d.KeyTimeToLiveAsync(key), Stop))!.Value, TimeSpan.FromDays(6), TimeSpan.FromDays(7));
    }
}
