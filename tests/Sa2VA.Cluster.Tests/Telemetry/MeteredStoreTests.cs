using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Checkpoints;
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
    public async Task A_checkpoint_is_measured_with_its_size_and_time()
    {
        var time = new ManualTime();
        var store = new MeteredCheckpointStore(new FolderCheckpointStore(_folder.FullPath), _metrics, time);
        await store.SaveAsync("video-1", 1, "tracker-1.safetensors", async file =>
        {
            await File.WriteAllBytesAsync(file, new byte[300_000], Stop);
            time.Advance(TimeSpan.FromSeconds(2));
        }, Stop);
        Assert.Equal(300_000, Read("sa2va_checkpoint_size_bytes_sum"));
        Assert.Equal(2, Read("sa2va_checkpoint_duration_seconds_sum"));
        using var lease = await store.OpenAsync("video-1", "tracker-1.safetensors", Stop);
        Assert.Equal(300_000, new FileInfo(lease!.Path).Length);
    }

    [Fact]
    public void Frames_are_counted_once_and_only_those_of_this_sitting()
    {
        var told = new List<int>();
        var progress = new CountedProgress(_metrics, new Listener(told));
        foreach (var (stage, done) in new[] { (RunStage.Probing, 0), (RunStage.Tracking, 66), (RunStage.Tracking, 66), (RunStage.Tracking, 80), (RunStage.Tracking, 70), (RunStage.Tracking, 81) })
            progress.Report(new RunProgress(stage, done, 100, ResumedAt: 64, Message: null));
        Assert.Equal(17, Read("sa2va_frames_total", ("stage", "write")));
        Assert.Equal([0, 66, 66, 80, 70, 81], told);
    }

    private double Read(string name, params (string Name, string Value)[] labels) => Exposition.Parse(_text.Write()).Value(name, [("node", _node), .. labels]);

    private sealed class Listener(List<int> told) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => told.Add(value.FramesDone);
    }
}
