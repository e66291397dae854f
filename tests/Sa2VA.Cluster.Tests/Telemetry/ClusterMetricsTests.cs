using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Telemetry;

public sealed class ClusterMetricsTests : IDisposable
{
    private readonly PrometheusText _text = new(ClusterMetrics.MeterName);
    private readonly string _node = "node-" + Guid.NewGuid();
    private readonly ClusterMetrics _metrics;

    public ClusterMetricsTests() => _metrics = new ClusterMetrics(_node, () => [new GpuMemory("0", 3L << 30, 80L << 30)]);

    public void Dispose()
    {
        _metrics.Dispose();
        _text.Dispose();
    }

    /// <summary>Every metric of the cluster, each with a value, for tests about their names.</summary>
    internal static Exposition All()
    {
        using var text = new PrometheusText(ClusterMetrics.MeterName);
        using var metrics = new ClusterMetrics("all", () => [new GpuMemory("0", 1, 2)]);
        Touch(metrics);
        return Exposition.Parse(text.Write());
    }

    [Fact]
    public void Each_event_is_counted_under_its_name()
    {
        Touch(_metrics);
        Assert.Equal(1, Read("sa2va_frames_total", ("stage", "track")));
        Assert.Equal(0.25, Read("sa2va_frame_duration_seconds_sum", ("stage", "track")));
        Assert.Equal(1, Read("sa2va_batch_size_bucket", ("stage", "ground"), ("le", "4")));
        Assert.Equal(0, Read("sa2va_batch_size_bucket", ("stage", "ground"), ("le", "2")));
        Assert.Equal(1.5, Read("sa2va_checkpoint_duration_seconds_sum"));
        Assert.Equal(5_000_000, Read("sa2va_checkpoint_size_bytes_sum"));
        Assert.Equal(1, Read("sa2va_attempts_total", ("verdict", "too_many")));
        Assert.Equal(1, Read("sa2va_redeliveries_total"));
        Assert.Equal(1, Read("sa2va_videos_finished_total", ("outcome", "failed")));
        Assert.Equal(0, Read("sa2va_videos_finished_total", ("outcome", "dead")));
        Assert.Equal(1, Read("sa2va_videos_reused_total"));
        Assert.Equal(1, Read("sa2va_writes_fenced_total", ("store", "results")));
        Assert.Equal(0, Read("sa2va_writes_fenced_total", ("store", "journal")));
        Assert.Equal(1, Read("sa2va_failover_duration_seconds_count"));
        Assert.Equal(1, Read("sa2va_handovers_total", ("reason", "drain")));
        Assert.Equal((1, 0), (Read("sa2va_continuations_total", ("from", "warm")), Read("sa2va_continuations_total", ("from", "checkpoint"))));
        Assert.Equal((1, 0), (Read("sa2va_conversation_turns_total", ("outcome", "stopped")), Read("sa2va_conversation_turns_total", ("outcome", "failed"))));
        Assert.Equal(1, Read("sa2va_conversation_restarts_total"));
        Assert.Equal(1, Read("sa2va_conversation_let_go_total", ("reason", "room")));
        Assert.Equal(0.5, Read("sa2va_conversation_first_words_seconds_sum"));
        Assert.Equal(1, Read("sa2va_reconnects_total", ("server", "redis")));
        Assert.Equal(1, Read("sa2va_source_fetches_total", ("origin", "s3"), ("outcome", "ok")));
        Assert.Equal(700, Read("sa2va_source_bytes_total", ("origin", "s3")));
    }

    [Fact]
    public void What_is_told_as_of_now_is_read_at_each_collection()
    {
        Touch(_metrics);
        Assert.Equal(4, Read("sa2va_queue_length", ("lane", "high")));
        Assert.Equal(8, Read("sa2va_queue_length", ("lane", "keyframes")));
        Assert.Equal(12, Read("sa2va_videos", ("state", "waiting")));
        Assert.Equal(3, Read("sa2va_slots", ("state", "used")));
        Assert.Equal(1, Read("sa2va_slots", ("state", "free")));
        Assert.Equal(3L << 30, Read("sa2va_gpu_memory_used_bytes", ("gpu", "0")));
        Assert.Equal(80L << 30, Read("sa2va_gpu_memory_limit_bytes", ("gpu", "0")));
        _metrics.SetQueues([new QueueLength(WorkKind.Video, WorkPriority.High, 1)]);
        Assert.Equal(1, Read("sa2va_queue_length", ("lane", "high")));
        Assert.DoesNotContain(Exposition.Parse(_text.Write()).Samples, s => s.Labels["node"] == _node && s.Labels.GetValueOrDefault("lane") == "keyframes");
    }

    [Fact]
    public void Every_metric_is_described()
        => Assert.All(All().Families.Where(f => f.Key.StartsWith("sa2va_", StringComparison.Ordinal)), f => Assert.False(string.IsNullOrEmpty(f.Value.Help), f.Key));

    [Fact]
    public void A_machine_without_a_driver_has_no_devices_and_one_with_it_has_memory()
        => Assert.All(NvidiaDriver.ReadMemory(), memory => Assert.InRange(memory.Used, 0, memory.Total));

    private static void Touch(ClusterMetrics metrics)
    {
        metrics.FrameDone(WorkStage.Track, TimeSpan.FromSeconds(0.25));
        metrics.BatchDone(WorkStage.Ground, 3);
        metrics.CheckpointDone(TimeSpan.FromSeconds(1.5), 5_000_000);
        metrics.AttemptBegun(AttemptVerdict.TooMany, isRedelivered: true);
        metrics.VideoFinished(VideoState.Failed);
        metrics.VideoReused();
        metrics.WriteFenced("results");
        metrics.FailedOver(TimeSpan.FromSeconds(4));
        metrics.HandedOver(HandOverReason.Drain);
        metrics.Continued(isWarm: true);
        metrics.TurnOver(TurnState.Stopped);
        metrics.AnswerRestarted();
        metrics.FirstWords(TimeSpan.FromSeconds(0.5));
        metrics.ConversationLetGo(LetGoReason.Room);
        metrics.SetWarmConversations(2);
        metrics.Reconnected("redis");
        metrics.SourceFetched("s3", "ok", 700);
        metrics.SetQueues([new QueueLength(WorkKind.Video, WorkPriority.High, 4), new QueueLength(WorkKind.Keyframes, WorkPriority.High, 3), new QueueLength(WorkKind.Keyframes, WorkPriority.Low, 5)]);
        metrics.SetVideos(new Dictionary<VideoState, long> { [VideoState.Waiting] = 12 });
        metrics.SetSlots(used: 3, total: 4);
    }

    private double Read(string name, params (string Name, string Value)[] labels) => Exposition.Parse(_text.Write()).Value(name, [("node", _node), .. labels]);
}
