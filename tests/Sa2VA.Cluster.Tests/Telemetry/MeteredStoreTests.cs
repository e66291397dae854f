using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Telemetry;

namespace Sa2VA.Cluster.Tests.Telemetry;

public sealed class MeteredStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PrometheusText _text = new(ClusterMetrics.MeterName);
    private readonly string _node = "metered-" + Guid.NewGuid();
    private readonly ClusterMetrics _metrics;

    public MeteredStoreTests() => _metrics = new ClusterMetrics(_node);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _metrics.Dispose();
        _text.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_write_that_is_fenced_off_is_counted_and_still_refused()
    {
        var store = new MeteredResultStore(new FolderResultStore(_folder.FullPath), _metrics);
        var block = new MaskBlock(1, 0, 4, 4, [new BlockMask(0, 0, 0, 1, 1, "0")]);
        await store.ClaimAsync("video-1", 1, Stop);
        await store.WriteBlockAsync("video-1", 1, block, Stop);
        Assert.Equal(0, Read("sa2va_writes_fenced_total", ("store", "results")));
        await store.ClaimAsync("video-1", 2, Stop);
        await Assert.ThrowsAsync<FencedException>(() => store.WriteBlockAsync("video-1", 1, block, Stop));
        Assert.Equal(1, Read("sa2va_writes_fenced_total", ("store", "results")));
        Assert.Equal(block.Masks, (await store.ReadBlockAsync("video-1", 1, 0, Stop))!.Masks);
    }

    [Fact]
    public async Task An_append_that_is_fenced_off_is_counted_and_still_refused()
    {
        var journal = new MeteredJournal(new InMemoryJournal(), _metrics);
        var first = await journal.ClaimAsync("video-1", "a", Stop);
        await journal.AppendAsync("video-1", first, 0, [new JournalEntry("happened", new byte[1])], Stop);
        await journal.ClaimAsync("video-1", "b", Stop);
        Assert.Equal(0, Read("sa2va_writes_fenced_total", ("store", "journal")));
        await Assert.ThrowsAsync<FencedException>(() => journal.AppendAsync("video-1", first, 1, [new JournalEntry("happened", new byte[1])], Stop).AsTask());
        Assert.Equal(1, Read("sa2va_writes_fenced_total", ("store", "journal")));
        Assert.Equal(1, (await journal.HeadAsync("video-1", Stop)).LastSequence);
    }

    [Fact]
    public void A_failover_lasts_until_the_video_gets_further_and_is_measured_once()
    {
        var told = new List<int>();
        var time = new ManualTime();
        var failover = new Failover(_metrics, TimeSpan.FromSeconds(10), time);
        var progress = failover.Watch(new Listener(told));
        progress.Report(new RunProgress(RunStage.LoadingModel, 64, 100, ResumedAt: 64, Message: null));
        progress.Report(new RunProgress(RunStage.Tracking, 64, 100, ResumedAt: 64, Message: null));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(Exposition.Parse(_text.Write()).Samples, s => s.Name == "sa2va_failover_duration_seconds_count" && s.Labels["node"] == _node);
        progress.Report(new RunProgress(RunStage.Tracking, 65, 100, ResumedAt: 64, Message: null));
        time.Advance(TimeSpan.FromSeconds(5));
        failover.Watch(inner: null).Report(new RunProgress(RunStage.Tracking, 80, 100, ResumedAt: 72, Message: null));
        Assert.Equal(15, Read("sa2va_failover_duration_seconds_sum"));
        Assert.Equal(1, Read("sa2va_failover_duration_seconds_count"));
        Assert.Equal([64, 64, 65], told);
    }

    private double Read(string name, params (string Name, string Value)[] labels) => Exposition.Parse(_text.Write()).Value(name, [("node", _node), .. labels]);

    private sealed class Listener(List<int> told) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => told.Add(value.FramesDone);
    }
}
