using Sa2VA.Actors;
using Sa2VA.Cluster.Checkpoints;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Videos;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Cluster.Tracking;

/// <summary>
/// Owns the memory bank of every object of one video. A checkpoint is three things in this order: the masks are
/// durable, the bank is stored, the journal says so. Killed between any two, the journal still names a bank that
/// fits the masks before it, and what is written again has the same bytes.
/// </summary>
internal sealed class TrackerActor(
    TrackerPlan plan, Sam2Model model, TensorThread tensors, ICheckpointStore states, CheckpointOptions checkpoints,
    ActorRef<WriterCommand> writer, ActorRef<VideoCommand> video, StageMeter meter) : Actor<TrackerCommand>
{
    // Making masks durable waits for the disk, not for a person: longer than this is a fault of the disk.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    // As many as five key frames and a correction or two.
    private const int MaxConditioning = 8;

    private VideoTracker? _tracker;
    private CheckpointClock _clock = null!;
    private int _next = plan.NextStep;
    private int _checkpointed = plan.NextStep;
    private Action _halt = static () => { };
    private RegroundReason? _halted;

    // What came of the later answers that are being shown, by object.
    private readonly SortedDictionary<int, RegroundOutcome> _outcomes = [];
    private readonly HashSet<int> _shownAgain = [];

    public override async ValueTask PreStartAsync(CancellationToken cancellationToken)
    {
        _tracker = await tensors.RunAsync(Open, cancellationToken);
        _clock = new CheckpointClock(checkpoints, Context.Time);
    }

    public override async ValueTask ReceiveAsync(TrackerCommand message, CancellationToken cancellationToken)
    {
        switch (message)
        {
            case TrackerCommand.Prompt prompt:
                using (prompt) await tensors.RunAsync(() => Show(prompt), cancellationToken);
                break;
            case TrackerCommand.Begin(var reply):
                reply.Reply(await tensors.RunAsync(Begin, cancellationToken));
                break;
            case TrackerCommand.Walk(var halt):
                _halt = halt;
                break;
            case TrackerCommand.Track track:
                using (track) await TrackAsync(track, cancellationToken);
                break;
            case TrackerCommand.EndReground(var reply):
                reply.Reply(await tensors.RunAsync(EndReground, cancellationToken));
                break;
            case TrackerCommand.Finish(var isBroken, var reply):
                // Behind the last step nothing is tracked: then the masks are all that has to be kept. What failed there says how far it came.
                if (_next == plan.Steps && !isBroken) await FlushAsync(cancellationToken);
                else if (_next > _checkpointed) await CheckpointAsync(cancellationToken);
                reply.Reply(new TrackingStop(_next, _halted));
                break;
            case TrackerCommand.Part(var keep, var reply):
                reply.Reply(Part(keep));
                break;
        }
    }

    public override ValueTask PostStopAsync()
    {
        _tracker?.Dispose();
        return default;
    }

    private VideoTracker Tracker => _tracker ?? throw new InvalidOperationException("The tracker was given away.");

    private VideoTracker Open()
    {
        if (plan.Warm is { } warm) return warm.TakeTracker();
        if (plan.Snapshot is { } file) return VideoTracker.Restore(file, model);
        var options = new TrackerOptions { FrameCount = plan.Steps, BlankAbsentMasks = true, SelfFeedback = plan.SelfFeedback };
        options = plan.Protocol?.Configure(options) ?? options;
        // Each correction is remembered for good; what is attended to must not grow with them.
        if (plan.Watch is not null) options = options with { MaxCondFrames = MaxConditioningFrames(options.MaxCondFrames ?? model.Config.MaxCondFramesInAttn) };
        return new VideoTracker(model, options, plan.Height, plan.Width);
    }

    private void Show(TrackerCommand.Prompt message)
    {
        foreach (var prompt in message.Prompts)
        {
            using var scope = NewDisposeScope();
            if (prompt is ObjectPrompt.Again again)
            {
                ShowAgain(message.Step, message.Features, again);
                continue;
            }

            using var shown = prompt switch
            {
                ObjectPrompt.Points(var id, var points) => Tracker.AddPoints(message.Step, message.Features, id, points),
                ObjectPrompt.Mask(var id, var pixels) => Tracker.AddMask(
                    message.Step, message.Features, id, tensor(pixels, [plan.Height, plan.Width], model.Device)),
                ObjectPrompt.Sentence(var id, var embedding) when plan.Protocol is { } protocol => protocol.Prompt(
                    Tracker, message.Step, message.Features, id, embedding, plan.LanguageDecoder),
                _ => throw new InvalidOperationException($"There is no way to show a {prompt.GetType().Name} to the tracker."),
            };
        }
    }

    /// <summary>The first frame of the window decides; where the answer overrules the tracker its masks are shown, on the frames where it has any.</summary>
    private void ShowAgain(int step, ImageFeatures features, ObjectPrompt.Again again)
    {
        var protocol = plan.Protocol ?? throw new InvalidOperationException("A sentence was asked about again, and there is no protocol for sentences.");
        using var decoded = protocol.Decode(Tracker, features, again.Embedding, plan.LanguageDecoder);
        var pixels = decoded.to(ScalarType.Byte).ToArray<byte>();
        if (step == _next) _outcomes[again.ObjectId] = RegroundJudge.Judge(pixels, plan.Watch?.Latest(again.ObjectId), again.Insists);
        if (_outcomes.GetValueOrDefault(again.ObjectId) is not (RegroundOutcome.Corrected or RegroundOutcome.Found) || !pixels.Contains((byte)1)) return;
        using var shown = protocol.Prompt(Tracker, step, features, again.ObjectId, again.Embedding, plan.LanguageDecoder);
        _shownAgain.Add(again.ObjectId);
    }

    private RegroundVerdict EndReground()
    {
        foreach (var id in _outcomes.Keys.Where(id => _outcomes[id] is RegroundOutcome.Corrected or RegroundOutcome.Found && !_shownAgain.Contains(id)).ToList())
            _outcomes[id] = RegroundOutcome.Denied;
        var verdict = new RegroundVerdict(_outcomes.ToDictionary(), Begin());
        _outcomes.Clear();
        _shownAgain.Clear();
        plan.Watch?.Asked(_next);
        _halted = null;
        return verdict;
    }

    private static int MaxConditioningFrames(int max) => max == -1 ? MaxConditioning : Math.Min(max, MaxConditioning);

    private IReadOnlySet<int> Begin()
    {
        var tracker = Tracker;
        tracker.BeginPropagation();
        return tracker.ObjectIds.SelectMany(tracker.ConditioningFrames).Where(step => !tracker.NeedsFeatures(step)).ToHashSet();
    }

    /// <summary>False when the tracker is at no checkpoint, and so of no use to a later sitting.</summary>
    private bool Part(Action<VideoTracker, TrackingPoint> keep)
    {
        if (_next == 0 || _next != _checkpointed) return false;
        var tracker = Tracker;
        _tracker = null;
        keep(tracker, TrackingPoint.At(_next, plan.Pass));
        return true;
    }

    private async ValueTask TrackAsync(TrackerCommand.Track track, CancellationToken cancellationToken)
    {
        // What was on the way when it was halted comes again.
        if (_halted is not null) return;
        if (plan.Watch?.Before(track.At) is { } reason)
        {
            _halted = reason;
            _halt();
            return;
        }

        var began = meter.Now;
        var masks = await tensors.RunAsync(() => Track(track), cancellationToken);
        plan.Watch?.Saw(masks);
        meter.FrameDone(WorkStage.Track, began);
        meter.BatchDone(WorkStage.Track, masks.Length);
        await writer.TellAsync(new WriterCommand.Write(track.At, masks), cancellationToken);
        _next = track.At.Step + 1;
        if (_clock.Tick()) await CheckpointAsync(cancellationToken);
    }

    private ObjectMask[] Track(TrackerCommand.Track track)
    {
        using var scope = NewDisposeScope();
        var before = Tracker.LargestBatch;
        using var masks = Tracker.Track(track.At.Step, track.Features);
        if (Tracker.LargestBatch is { } batch && batch != before) Context.Log.BatchSplit(plan.VideoId, Tracker.ObjectIds.Count, batch);
        var scores = masks.ObjectScoreLogits.to(ScalarType.Float32).ToArray<float>();
        var ious = masks.Ious.to(ScalarType.Float32).ToArray<float>();
        return [.. masks.ObjectIds.Select((id, row) => new ObjectMask(id, masks.Binary(row), scores[row], ious[row]))];
    }

    private async ValueTask CheckpointAsync(CancellationToken cancellationToken)
    {
        // Its loop was begun in the span of the tracking.
        using var span = ClusterTracing.StartStage("checkpoint")?.SetTag("sa2va.step", _next);
        var (began, bytes) = (meter.Now, 0L);
        await FlushAsync(cancellationToken);
        var point = TrackingPoint.At(_next, plan.Pass);
        await states.SaveAsync(plan.VideoId, plan.Epoch, point.SnapshotFile, SaveAsync, cancellationToken);
        await video.AskAsync<Video>(reply => new VideoCommand.RecordCheckpoint(point, reply), Patience, cancellationToken);
        meter.CheckpointDone(began, bytes);
        await states.PruneAsync(plan.VideoId, plan.Epoch, keep: point.SnapshotFile, cancellationToken);
        _checkpointed = _next;
        _clock.Reset();

        async Task SaveAsync(string file)
        {
            await tensors.RunAsync(() => Tracker.Save(file), cancellationToken);
            bytes = new FileInfo(file).Length;
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var durable = await writer.AskAsync<int>(reply => new WriterCommand.Flush(reply), Patience, cancellationToken);
        if (durable != _next) throw new InvalidOperationException($"The writer is at step {durable}, the tracker at {_next}.");
    }
}
