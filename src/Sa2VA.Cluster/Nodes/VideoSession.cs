using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Nodes;

/// <summary>
/// A node's work on one delivery: from the count of the attempt to the acknowledgement. Nothing is acknowledged before what comes of it is
/// durable: the video is over, or its continuation is queued, or another owner has it.
/// </summary>
internal sealed class VideoSession
{
    private readonly NodeSettings _settings;
    private readonly NodeServices _services;
    private readonly DevicePool _devices;
    private readonly YieldRequest _yielding = new();
    private readonly HeldDelivery _delivery;
    private readonly Patience _patience;
    private readonly SessionReport _report;
    private readonly SessionSettlement _settlement;
    private readonly EarlierResults _earlier;
    private readonly SessionSitting _sitting;

    public VideoSession(NodeSettings settings, NodeServices services, DevicePool devices, ModelDigests digests, ActorSystem system, IWorkDelivery delivery)
    {
        (_settings, _services, _devices) = (settings, services, devices);
        var videoId = delivery.Item.VideoId;
        _delivery = new HeldDelivery(delivery);
        _patience = new Patience(videoId, services);
        _report = new SessionReport(videoId, services);
        _settlement = new SessionSettlement(settings.Name, services, _delivery, _yielding, _patience, _report);
        _earlier = new EarlierResults(settings.Name, services, digests, _patience);
        _sitting = new SessionSitting(settings, services, system, _yielding, _patience, _report);
        StartedAt = services.Time.GetTimestamp();
    }

    /// <summary>The work.</summary>
    public WorkItem Item => _delivery.Item;

    /// <summary>When it was taken, by the clock's timestamps.</summary>
    public long StartedAt { get; }

    /// <summary>Whether it has done something that need not be done again; see <see cref="Sitting.GotSomewhere"/>.</summary>
    public bool GotSomewhere => _sitting.GotSomewhere;

    /// <summary>Whether it has been told to stop.</summary>
    public bool IsYielding => _yielding.IsMade;

    /// <summary>Stops at the next frame boundary, makes a checkpoint and hands over.</summary>
    public void Yield(HandOverReason reason, string words) => _yielding.Make(new YieldReason(reason, words));

    /// <summary>See <see cref="HeldDelivery.Adopt"/>.</summary>
    public IWorkDelivery? Adopt(IWorkDelivery delivery) => _delivery.Adopt(delivery);

    /// <summary>Puts the work back.</summary>
    public ValueTask ReturnAsync(CancellationToken cancellationToken) => _delivery.Settling().ReturnAsync(cancellationToken);

    /// <summary>Works until the delivery is settled. Cancelling leaves it unsettled: the broker delivers it again.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var span = _report.Trail(Item, _settings.Name);
        var attempt = await ClaimAsync(stop);
        _report.Attempted(attempt.Verdict, _delivery.IsRedelivered);
        switch (attempt)
        {
            case { Verdict: AttemptVerdict.Go, Job: { } job, Video: { } video }:
                _report.Begins(video.Attempts);
                var failover = attempt.Silence is { } silence && _services.Metrics is { } metrics ? new Failover(metrics, silence, _services.Time) : null;
                await WorkAsync(job, video, failover, stop);
                break;
            case { Verdict: AttemptVerdict.TooMany, Video: { } video }:
                await _settlement.BuryAsync(video, stop);
                break;
            default:
                _devices.DropWarmUnless(Item.VideoId, epoch: null);
                await _settlement.ForgetAsync(stop);
                break;
        }
    }

    private async Task<Attempt> ClaimAsync(CancellationToken stop)
    {
        using var span = ClusterTracing.StartStage("claim");
        return await _patience.TryAsync(() => _services.Jobs.BeginAttemptAsync(Item, _settings.Name, _settings.MaxAttempts, stop), stop);
    }

    private async Task WorkAsync(JobRequest job, VideoView view, Failover? failover, CancellationToken stop)
    {
        using var yielding = CancellationTokenSource.CreateLinkedTokenSource(stop, _yielding.Token);
        try
        {
            if (!_settings.Models.TryGetValue(job.Model, out var model))
                throw new RunException(RunFailureKind.Model, $"This cluster has no model named '{job.Model}'; '{_settings.Name}' knows {string.Join(", ", _settings.Models.Keys.Order(StringComparer.Ordinal))}.");
            RunRules.Check(job.Protocol, model.Variant);
            var known = await _patience.TryAsync(() => VideoHistory.LoadAsync(_services.Journal, view.VideoId, stop), stop);
            _devices.DropWarmUnless(view.VideoId, known.Epoch);
            if (!_settings.Roles.Contains(NodeRole.Keyframe) && known.NeedsAnswers(OrderOf(job, view, view.Request.Source, model, device: "")))
            {
                await _settlement.HandOverAsync(WorkKind.Keyframes, 0, new YieldReason(HandOverReason.Keyframes, "it needs the language model"), stop);
                return;
            }

            using var file = await FetchAsync(view.Request.Source, yielding.Token);
            if (job.ReuseResults && known is { Prompts.Count: 0, Checkpoint: null, Added.IsEmpty: true } && await ReuseAsync(job, view, model, file, yielding.Token, stop)) return;
            using var place = await _devices.LeaseAsync(view.VideoId, model, view.Request.Targets.Count + known.Added.Count, yielding.Token);
            var end = await _sitting.RunAsync(OrderOf(job, view, file.Path, model, place.Device), view, place, failover, stop);
            if (end.Video is { Ending: VideoEnding.Completed, Added.IsEmpty: true }) await _earlier.RecordContentAsync(job, view, model, file, stop);
            await ConcludeAsync(end, view, stop);
        }
        catch (OperationCanceledException) when (IsYielding && !stop.IsCancellationRequested)
        {
            await _settlement.HandOverAsync(Item.Kind, view.FramesDone, _yielding.Reason, stop);
        }
        catch (FencedException)
        {
            await _settlement.LeaveAsync(stop);
        }
        catch (ServerUnavailableException away)
        {
            // Where the video comes from does not answer: others first, and after as many attempts as a crash has, it is given up.
            _services.Log.VideoWaits(view.VideoId, away.Message);
            await _settlement.ReturnLaterAsync(view, away.Message, stop);
        }
        catch (RunException refused) when (refused.Kind != RunFailureKind.TakenOver)
        {
            var order = OrderOf(job, view, view.Request.Source, job.Model, device: "");
            await _settlement.FailAsync(view.VideoId, order, new RunFailure(refused.Kind, refused.Message, Frame: null), stop);
        }
    }

    private async Task<LocalVideo> FetchAsync(string source, CancellationToken cancellationToken)
    {
        using var span = ClusterTracing.StartStage("fetch");
        return await _services.Fetch(source, cancellationToken);
    }

    /// <summary>True when the video was answered from an earlier result and is over.</summary>
    private async Task<bool> ReuseAsync(JobRequest job, VideoView view, ModelChoice model, LocalVideo file, CancellationToken yielding, CancellationToken stop)
    {
        var order = OrderOf(job, view, file.Path, model, device: "");
        if (await _earlier.FindAsync(job, view, order, file, yielding, stop) is not var (video, from)) return false;
        if (video.ReusedFrom is not null)
        {
            var steps = order.Frames.Steps(video.Facts!.FrameCount);
            _services.Progress(view, () => video.Epoch)?.Report(new RunProgress(RunStage.Finishing, steps, steps, ResumedAt: 0, $"reused from {from}"));
            _report.Reused(from);
        }

        await _settlement.EndAsync(video.Ending!, stop);
        return true;
    }

    private Task ConcludeAsync(SittingEnd end, VideoView view, CancellationToken stop)
    {
        switch (end)
        {
            case { Video.Ending: { } ending }:
                return _settlement.EndAsync(ending, stop);
            case { Video: { } paused }:
                var why = end.OnlyGrounded && !IsYielding ? new YieldReason(HandOverReason.Keyframes, "its questions are answered") : _yielding.Reason;
                return _settlement.HandOverAsync(WorkKind.Video, paused.Checkpoint?.NextStep ?? 0, why, stop);
            case { Failure: FencedException }:
                return _settlement.LeaveAsync(stop);
            default:
                var failure = (end.Failure is null ? null : RunFailures.Of(end.Failure)) ?? Unforeseen(end.Failure);
                _report.Stopped(failure);
                return _settlement.ReturnLaterAsync(view, failure.Message, stop);
        }
    }

    private static RunFailure Unforeseen(Exception? failure) => new(
        RunFailureKind.Internal, failure is null ? "The video's actor stopped without a word." : $"{failure.Message} ({failure.GetType().Name})", Frame: null);

    private static VideoOrder OrderOf(JobRequest job, VideoView view, string path, ModelChoice model, string device)
        => new VideoOrder(path, Model: "", device, view.Request.Targets, job.Protocol, job.KeyFrames, view.Request.Frames ?? FrameSelection.All, job.MaxNewTokens)
        {
            Reground = job.Reground, Verify = job.Verify,
        }.Of(model);
}
