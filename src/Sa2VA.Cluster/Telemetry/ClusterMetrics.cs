using System.Diagnostics.Metrics;
using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>
/// What a process of the cluster counts and measures. Names and tags stay once they are released: dashboards and alerts are built on them.
/// Every measurement carries the node's name; none carries a video's. All members may be called from several threads.
/// </summary>
public sealed class ClusterMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Sa2VA.Cluster";

    private readonly Meter _meter = new(MeterName);
    private readonly KeyValuePair<string, object?> _node;
    private readonly Counter<long> _frames;
    private readonly Counter<long> _finished;
    private readonly Counter<long> _reused;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _redeliveries;
    private readonly Counter<long> _fenced;
    private readonly Counter<long> _handOvers;
    private readonly Counter<long> _continuations;
    private readonly Counter<long> _reconnects;
    private readonly Counter<long> _fetches;
    private readonly Counter<long> _fetchedBytes;
    private readonly Histogram<double> _frameDuration;
    private readonly Histogram<long> _batchSize;
    private readonly Histogram<double> _checkpointDuration;
    private readonly Histogram<long> _checkpointSize;
    private readonly Histogram<double> _failover;
    private readonly Counter<long> _turns;
    private readonly Counter<long> _restarts;
    private readonly Counter<long> _letGo;
    private readonly Histogram<double> _firstWords;
    private volatile IReadOnlyList<QueueLength> _queues = [];
    private volatile IReadOnlyDictionary<VideoState, long> _videos = new Dictionary<VideoState, long>();
    private volatile SlotCount? _slots;
    private volatile int _conversations = -1;

    /// <param name="node">The process, as its settings name it.</param>
    /// <param name="gpuMemory">Asked at each collection for the memory of the machine's devices; null for what the driver says, which is nothing without one.</param>
    public ClusterMetrics(string node, Func<IReadOnlyList<GpuMemory>>? gpuMemory = null)
    {
        gpuMemory ??= NvidiaDriver.ReadMemory;
        _node = new("node", node);
        _frames = _meter.CreateCounter<long>("sa2va.frames", "{frame}", "Frames that a stage is done with.");
        _finished = _meter.CreateCounter<long>("sa2va.videos.finished", "{video}", "Videos that are over, by how they ended.");
        _reused = _meter.CreateCounter<long>("sa2va.videos.reused", "{video}", "Videos that were answered with the masks of an earlier one.");
        _attempts = _meter.CreateCounter<long>("sa2va.attempts", "{attempt}", "Messages taken, by what the job store said: go, forget, too_many.");
        _redeliveries = _meter.CreateCounter<long>("sa2va.redeliveries", "{delivery}", "Messages that another node, or an earlier life of this one, had taken and not settled.");
        _fenced = _meter.CreateCounter<long>("sa2va.writes.fenced", "{write}", "Writes that were refused because another owner had claimed the video.");
        _handOvers = _meter.CreateCounter<long>("sa2va.handovers", "{video}", "Videos that were stopped at a frame boundary and queued again, by the reason: slice, drain, urgent, keyframes, held.");
        _continuations = _meter.CreateCounter<long>("sa2va.continuations", "{video}", "Videos whose tracking went on, by where its state came from: warm (still in memory), checkpoint.");
        _reconnects = _meter.CreateCounter<long>("sa2va.reconnects", "{connection}", "Connections to a server that were made again.");
        _fetches = _meter.CreateCounter<long>("sa2va.source.fetches", "{video}", "Videos brought to this machine, by where from and the outcome.");
        _fetchedBytes = _meter.CreateCounter<long>("sa2va.source.bytes", "By", "Size of the videos brought to this machine.");
        _frameDuration = _meter.CreateHistogram<double>(
            "sa2va.frame.duration", "s", "Time that a stage takes for a frame.", advice: Buckets(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10));
        _batchSize = _meter.CreateHistogram<long>("sa2va.batch.size", "{item}", "Items that a stage worked on together.", advice: Buckets(1L, 2, 4, 8, 16, 32, 64, 128, 256));
        _checkpointDuration = _meter.CreateHistogram<double>(
            "sa2va.checkpoint.duration", "s", "Time from the frame boundary to the journaled checkpoint.", advice: Buckets(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30));
        _checkpointSize = _meter.CreateHistogram<long>(
            "sa2va.checkpoint.size", "By", "Size of a tracker's stored state.", advice: Buckets(1L << 18, 1L << 20, 1L << 22, 1L << 24, 1L << 26, 1L << 28, 1L << 30));
        _failover = _meter.CreateHistogram<double>(
            "sa2va.failover.duration", "s", "Time from the last sign of life of a lost owner to the first progress of the next one.", advice: Buckets(1.0, 2.5, 5, 10, 20, 30, 60, 120, 300, 600));
        _turns = _meter.CreateCounter<long>("sa2va.conversation.turns", "{turn}", "Turns of conversations that are over, by how they ended: answered, stopped, failed.");
        _restarts = _meter.CreateCounter<long>("sa2va.conversation.restarts", "{turn}", "Answers that were begun again because the node that had begun them was lost.");
        _letGo = _meter.CreateCounter<long>("sa2va.conversation.let_go", "{conversation}", "Conversations that left a node's memory in good order, by the reason: idle, room, drain, held, forgotten.");
        _firstWords = _meter.CreateHistogram<double>(
            "sa2va.conversation.first_words", "s", "Time from the begin of an answer to its first words.", advice: Buckets(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60));
        _ = _meter.CreateObservableGauge("sa2va.conversations.warm", Warm, "{conversation}", "Conversations in this node's memory.");
        _ = _meter.CreateObservableGauge("sa2va.queue.length", Queues, "{item}", "Work that waits in a queue of the cluster.");
        _ = _meter.CreateObservableGauge("sa2va.videos", Videos, "{video}", "Videos of the latest jobs of the cluster, by state.");
        _ = _meter.CreateObservableGauge("sa2va.slots", Slots, "{slot}", "Places for videos on this node: used and free.");
        _ = _meter.CreateObservableGauge("sa2va.gpu.memory.used", () => Gpu(gpuMemory, memory => memory.Used), "By", "Memory of a device that is taken, by whomever.");
        _ = _meter.CreateObservableGauge("sa2va.gpu.memory.limit", () => Gpu(gpuMemory, memory => memory.Total), "By", "Memory of a device.");
        BeginAtZero();
    }

    /// <summary>A stage is done with a frame.</summary>
    /// <param name="stage">Which; all but <see cref="WorkStage.Ground"/>.</param>
    /// <param name="elapsed">Time that it took, with its wait for the device and without its waits for the stages beside it.</param>
    public void FrameDone(WorkStage stage, TimeSpan elapsed)
    {
        _frames.Add(1, _node, Tag("stage", Lower(stage)));
        _frameDuration.Record(elapsed.TotalSeconds, _node, Tag("stage", Lower(stage)));
    }

    /// <summary>A stage worked on several items at once.</summary>
    /// <param name="stage"><see cref="WorkStage.Ground"/> for key frames, <see cref="WorkStage.Track"/> for objects.</param>
    /// <param name="size">How many.</param>
    public void BatchDone(WorkStage stage, int size) => _batchSize.Record(size, _node, Tag("stage", Lower(stage)));

    /// <summary>A checkpoint is in the journal.</summary>
    public void CheckpointDone(TimeSpan elapsed, long bytes)
    {
        _checkpointDuration.Record(elapsed.TotalSeconds, _node);
        _checkpointSize.Record(bytes, _node);
    }

    /// <summary>A message was taken.</summary>
    public void AttemptBegun(AttemptVerdict verdict, bool isRedelivered)
    {
        Attempted(verdict, 1);
        if (isRedelivered) _redeliveries.Add(1, _node);
    }

    /// <summary>A video is over.</summary>
    public void VideoFinished(VideoState outcome) => Finished(outcome, 1);

    /// <summary>A video was answered with the masks of an earlier one; it is counted as finished too.</summary>
    public void VideoReused() => _reused.Add(1, _node);

    /// <summary>A write was refused because another owner had claimed the video.</summary>
    /// <param name="store"><c>journal</c>, <c>results</c> or <c>checkpoints</c>.</param>
    public void WriteFenced(string store) => _fenced.Add(1, _node, Tag("store", store));

    /// <summary>A video whose owner was lost makes progress again.</summary>
    /// <param name="elapsed">Since its last sign of life.</param>
    public void FailedOver(TimeSpan elapsed) => _failover.Record(elapsed.TotalSeconds, _node);

    /// <summary>A video was queued again before it was over.</summary>
    public void HandedOver(HandOverReason reason) => _handOvers.Add(1, _node, Tag("reason", Lower(reason)));

    /// <summary>Tracking of a video went on where an earlier sitting had stopped.</summary>
    /// <param name="isWarm">Whether its state was still in memory; otherwise its checkpoint was read.</param>
    public void Continued(bool isWarm) => _continuations.Add(1, _node, Tag("from", isWarm ? "warm" : "checkpoint"));

    /// <summary>A turn of a conversation is over.</summary>
    public void TurnOver(TurnState outcome) => _turns.Add(1, _node, Tag("outcome", Lower(outcome)));

    /// <summary>An answer is begun again that a lost node had begun.</summary>
    public void AnswerRestarted() => _restarts.Add(1, _node);

    /// <summary>An answer has its first words.</summary>
    /// <param name="waited">Since it was begun; without the time that looking at the source and reading what was said before took.</param>
    public void FirstWords(TimeSpan waited) => _firstWords.Record(waited.TotalSeconds, _node);

    /// <summary>A conversation left memory in good order.</summary>
    public void ConversationLetGo(LetGoReason reason) => _letGo.Add(1, _node, Tag("reason", Lower(reason)));

    /// <summary>Conversations in memory, as of now.</summary>
    public void SetWarmConversations(int count) => _conversations = count;

    /// <summary>A connection was made again.</summary>
    /// <param name="server"><c>postgres</c>, <c>rabbitmq</c> or <c>redis</c>.</param>
    public void Reconnected(string server) => _reconnects.Add(1, _node, Tag("server", server));

    /// <summary>A video was brought here, or could not be.</summary>
    /// <param name="origin"><c>file</c>, <c>s3</c> or <c>web</c>.</param>
    /// <param name="outcome"><c>ok</c>, or the kind of failure.</param>
    /// <param name="bytes">Its size; 0 when it could not be had.</param>
    public void SourceFetched(string origin, string outcome, long bytes)
    {
        _fetches.Add(1, _node, Tag("origin", origin), Tag("outcome", outcome));
        _fetchedBytes.Add(bytes, _node, Tag("origin", origin));
    }

    /// <summary>How much waits, as of now.</summary>
    public void SetQueues(IReadOnlyList<QueueLength> lengths) => _queues = lengths;

    /// <summary>Videos of the cluster's latest jobs by state, as of now.</summary>
    public void SetVideos(IReadOnlyDictionary<VideoState, long> byState) => _videos = byState;

    /// <summary>Places for videos on this node, as of now.</summary>
    public void SetSlots(int used, int total) => _slots = new SlotCount(used, total);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>Rates need a beginning: an event that has not happened yet is 0 and not absent.</summary>
    private void BeginAtZero()
    {
        _redeliveries.Add(0, _node);
        _reused.Add(0, _node);
        _restarts.Add(0, _node);
        foreach (var outcome in Enum.GetValues<TurnState>().Where(outcome => outcome != TurnState.Waiting)) _turns.Add(0, _node, Tag("outcome", Lower(outcome)));
        foreach (var reason in Enum.GetValues<LetGoReason>()) _letGo.Add(0, _node, Tag("reason", Lower(reason)));
        foreach (var stage in Enum.GetValues<WorkStage>().Where(stage => stage != WorkStage.Ground)) _frames.Add(0, _node, Tag("stage", Lower(stage)));
        foreach (var verdict in Enum.GetValues<AttemptVerdict>()) Attempted(verdict, 0);
        foreach (var reason in Enum.GetValues<HandOverReason>()) _handOvers.Add(0, _node, Tag("reason", Lower(reason)));
        foreach (var from in new[] { "warm", "checkpoint" }) _continuations.Add(0, _node, Tag("from", from));
        foreach (var store in new[] { "journal", "results", "checkpoints" }) _fenced.Add(0, _node, Tag("store", store));
        foreach (var server in new[] { "postgres", "rabbitmq", "redis" }) _reconnects.Add(0, _node, Tag("server", server));
        foreach (var state in new[] { VideoState.Completed, VideoState.Failed, VideoState.Cancelled, VideoState.Dead }) Finished(state, 0);
    }

    private void Attempted(AttemptVerdict verdict, long count)
        => _attempts.Add(count, _node, Tag("verdict", verdict == AttemptVerdict.TooMany ? "too_many" : Lower(verdict)));

    private void Finished(VideoState outcome, long count) => _finished.Add(count, _node, Tag("outcome", Lower(outcome)));

    private IEnumerable<Measurement<long>> Queues()
        => _queues.GroupBy(queue => Lane.Of(queue.Kind, queue.Priority))
            .Select(lane => new Measurement<long>(lane.Sum(queue => queue.Waiting), _node, Tag("lane", lane.Key.Name)));

    private IEnumerable<Measurement<long>> Videos()
        => _videos.Select(state => new Measurement<long>(state.Value, _node, Tag("state", Lower(state.Key))));

    private IEnumerable<Measurement<long>> Slots() => _slots is { } slots
        ? [new(slots.Used, _node, Tag("state", "used")), new(slots.Total - slots.Used, _node, Tag("state", "free"))] : [];

    private IEnumerable<Measurement<long>> Warm() => _conversations is >= 0 and var count ? [new(count, _node)] : [];

    private IEnumerable<Measurement<long>> Gpu(Func<IReadOnlyList<GpuMemory>> read, Func<GpuMemory, long> value)
        => read().Select(memory => new Measurement<long>(value(memory), _node, Tag("gpu", memory.Gpu)));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static InstrumentAdvice<T> Buckets<T>(params T[] boundaries)
        where T : struct => new() { HistogramBucketBoundaries = boundaries };

    private sealed record SlotCount(int Used, int Total);
}
