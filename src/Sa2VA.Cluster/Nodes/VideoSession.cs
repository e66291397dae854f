using System.Diagnostics;
using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Progress;
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
    // While a server is away: tried again after this, doubling.
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly NodeSettings _settings;
    private readonly NodeServices _services;
    private readonly DevicePool _devices;
    private readonly ModelDigests _digests;
    private readonly ResultReuse _reuse;
    private readonly ActorSystem _system;
    private readonly CancellationTokenSource _yield = new();
    private readonly Lock _gate = new();
    private IWorkDelivery _delivery;
    private (HandOverReason Reason, string Words) _why;
    private Failover? _failover;
    private Activity? _span;
    private volatile Sitting? _sitting;
    private volatile string? _cancelled;
    private bool _isSettling;

    public VideoSession(NodeSettings settings, NodeServices services, DevicePool devices, ModelDigests digests, ActorSystem system, IWorkDelivery delivery)
    {
        (_settings, _services, _devices, _digests, _system, _delivery) = (settings, services, devices, digests, system, delivery);
        _reuse = new ResultReuse(services.Jobs, services.Journal, services.Results, services.Time);
        StartedAt = services.Time.GetTimestamp();
    }

    /// <summary>The work.</summary>
    public WorkItem Item => _delivery.Item;

    /// <summary>When it was taken, by the clock's timestamps.</summary>
    public long StartedAt { get; }

    /// <summary>Whether it has done something that need not be done again; see <see cref="Sitting.GotSomewhere"/>.</summary>
    public bool GotSomewhere => _sitting?.GotSomewhere == true;

    /// <summary>Whether it has been told to stop.</summary>
    public bool IsYielding => _yield.IsCancellationRequested;

    /// <summary>Stops at the next frame boundary, makes a checkpoint and hands over.</summary>
    public void Yield(HandOverReason reason, string words)
    {
        lock (_gate)
        {
            if (IsYielding) return;
            _why = (reason, words);
        }

        _yield.Cancel();
    }

    /// <summary>
    /// Takes over a second delivery of the same work: the broker took the first one back while its connection was gone, or the message
    /// was published twice. Returns the older one, to be settled, which does nothing where it is void; null when it is too late: the session is
    /// about to settle its own and end, and this one may be what it has just queued.
    /// </summary>
    public IWorkDelivery? Adopt(IWorkDelivery delivery)
    {
        lock (_gate)
        {
            if (_isSettling) return null;
            (var older, _delivery) = (_delivery, delivery);
            return older;
        }
    }

    /// <summary>Puts the work back.</summary>
    public ValueTask ReturnAsync(CancellationToken cancellationToken) => Settling().ReturnAsync(cancellationToken);

    /// <summary>Works until the delivery is settled. Cancelling leaves it unsettled: the broker delivers it again.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var span = _span = ClusterTracing.StartWork(Item, _settings.Name);
        var attempt = await ClaimAsync(stop);
        _services.Metrics?.AttemptBegun(attempt.Verdict, _delivery.IsRedelivered);
        switch (attempt)
        {
            case { Verdict: AttemptVerdict.Go, Job: { } job, Video: { } video }:
                _services.Log.VideoBegins(video.VideoId, video.Attempts);
                if (attempt.Silence is { } silence && _services.Metrics is { } metrics) _failover = new Failover(metrics, silence, _services.Time);
                await WorkAsync(job, video, stop);
                break;
            case { Verdict: AttemptVerdict.TooMany, Video: { } video }:
                var last = string.IsNullOrEmpty(video.Owner) ? "" : $", the last one on '{video.Owner}'";
                var reason = $"{video.Attempts} attempts in a row came to no end{last}.{(string.IsNullOrEmpty(video.Error) ? "" : " " + video.Error)}";
                await PatientlyAsync(() => _services.Jobs.BuryAsync(video.VideoId, reason, stop), stop);
                await Settling().BuryAsync(reason, stop);
                Finish(VideoState.Dead, reason);
                Tell(JobEventTypes.VideoDead, reason);
                _services.Log.VideoIsDead(video.VideoId, video.Attempts, reason);
                break;
            default:
                _devices.DropWarmUnless(Item.VideoId, epoch: null);
                _services.Log.MessageForgotten(Item.VideoId);
                await Settling().AcknowledgeAsync(stop);
                break;
        }
    }

    private async Task<Attempt> ClaimAsync(CancellationToken stop)
    {
        using var span = ClusterTracing.StartStage("claim");
        return await PatientlyAsync(() => _services.Jobs.BeginAttemptAsync(Item.VideoId, _settings.Name, _settings.MaxAttempts, stop), stop);
    }

    /// <summary>The delivery, to be settled: it is the last one, see <see cref="Adopt"/>.</summary>
    private IWorkDelivery Settling()
    {
        lock (_gate)
        {
            _isSettling = true;
            return _delivery;
        }
    }

    private bool Has(NodeRole role) => _settings.Roles.Contains(role);

    private async Task WorkAsync(JobRequest job, VideoView view, CancellationToken stop)
    {
        using var yielding = CancellationTokenSource.CreateLinkedTokenSource(stop, _yield.Token);
        try
        {
            if (!_settings.Models.TryGetValue(job.Model, out var model))
                throw new RunException(RunFailureKind.Model, $"This cluster has no model named '{job.Model}'; '{_settings.Name}' knows {string.Join(", ", _settings.Models.Keys.Order(StringComparer.Ordinal))}.");
            var known = await PatientlyAsync(() => VideoHistory.LoadAsync(_services.Journal, view.VideoId, stop), stop);
            _devices.DropWarmUnless(view.VideoId, known.Epoch);
            if (!Has(NodeRole.Keyframe) && HasQuestions(view.Request, known))
            {
                await HandOverAsync(Item with { Kind = WorkKind.Keyframes }, 0, (HandOverReason.Keyframes, "it needs the language model"), stop);
                return;
            }

            using var file = await FetchAsync(view.Request.Source, yielding.Token);
            if (job.ReuseResults && known is { Prompts.Count: 0, Checkpoint: null } && await ReuseAsync(job, view, model, file, yielding.Token, stop)) return;
            using var place = await _devices.LeaseAsync(view.VideoId, model, view.Request.Targets.Count, yielding.Token);
            await SitAsync(OrderOf(job, view, file.Path, model, place.Device), view, place, () => RecordContentAsync(job, view, model, file, stop), stop);
        }
        catch (OperationCanceledException) when (IsYielding && !stop.IsCancellationRequested)
        {
            await HandOverAsync(Item, view.FramesDone, _why, stop);
        }
        catch (FencedException)
        {
            await LeaveAsync(view.VideoId, stop);
        }
        catch (ServerUnavailableException away)
        {
            // Where the video comes from does not answer: others first, and after as many attempts as a crash has, it is given up.
            _services.Log.VideoWaits(view.VideoId, away.Message);
            await PatientlyAsync(() => _services.Jobs.NoteFailureAsync(view.VideoId, away.Message, stop), stop);
            await ReturnLaterAsync(view, stop);
        }
        catch (RunException refused) when (refused.Kind != RunFailureKind.TakenOver)
        {
            await FailAsync(job, view, new RunFailure(refused.Kind, refused.Message, Frame: null), stop);
        }
    }

    private static VideoOrder OrderOf(JobRequest job, VideoView view, string path, string model, string device) => new(
        path, model, device, view.Request.Targets, job.Protocol, job.KeyFrames, view.Request.Frames ?? FrameSelection.All, job.MaxNewTokens);

    /// <summary>True when the video was answered from an earlier result and is over.</summary>
    private async Task<bool> ReuseAsync(JobRequest job, VideoView view, string model, LocalVideo file, CancellationToken yielding, CancellationToken stop)
    {
        using var span = ClusterTracing.StartStage("reuse");
        if (await ContentKeyAsync(job, view, model, file, yielding) is not { } key) return false;
        var order = OrderOf(job, view, file.Path, model, device: "");
        if (await PatientlyAsync(() => _reuse.TryAsync(view, order, key, _settings.Name, yielding), yielding) is not var (video, from)) return false;
        await PatientlyAsync(() => _services.Jobs.RecordContentAsync(view.VideoId, key, stop), stop);
        await Settling().AcknowledgeAsync(stop);
        if (video.ReusedFrom is not null)
        {
            var steps = order.Frames.Steps(video.Facts!.FrameCount);
            _services.Progress(view, () => video.Epoch)?.Report(new RunProgress(RunStage.Finishing, steps, steps, ResumedAt: 0, $"reused from {from}"));
            _services.Metrics?.VideoReused();
            _services.Log.VideoIsReused(view.VideoId, from);
            Tell(JobEventTypes.VideoCompleted, $"reused from {from}");
        }

        Conclude(view.VideoId, video.Ending!);
        return true;
    }

    /// <summary>So that later videos can use its results.</summary>
    private async Task RecordContentAsync(JobRequest job, VideoView view, string model, LocalVideo file, CancellationToken stop)
    {
        if (await ContentKeyAsync(job, view, model, file, stop) is { } key)
            await PatientlyAsync(() => _services.Jobs.RecordContentAsync(view.VideoId, key, stop), stop);
    }

    private async Task<string?> ContentKeyAsync(JobRequest job, VideoView view, string model, LocalVideo file, CancellationToken cancellationToken)
    {
        if (file.ContentHash is not { } content) return null;
        try
        {
            return ContentKey.Of(content, await _digests.OfAsync(model, cancellationToken), job, view.Request);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _services.Log.NoModelDigest(model, failure.Message);
            return null;
        }
    }

    private async Task<LocalVideo> FetchAsync(string source, CancellationToken cancellationToken)
    {
        using var span = ClusterTracing.StartStage("fetch");
        return await _services.Fetch(source, cancellationToken);
    }

    private static bool HasQuestions(VideoRequest request, Video known)
        => request.Targets.Where((target, index) => target is RunTarget.Expression && !known.HasPrompt(index)).Any();

    private async Task SitAsync(VideoOrder order, VideoView view, DeviceLease device, Func<Task> recordContent, CancellationToken stop)
    {
        var place = new SittingPlace
        {
            Owner = _settings.Name, Checkpoints = _settings.Checkpoints, States = _services.States, Results = _services.Results, Model = device.Model, Limits = _settings.Media,
            Warm = device.Warm, Continued = (step, isWarm) => Continued(view.VideoId, step, isWarm),
            Worker = _services.Worker, Meter = new StageMeter(_services.Metrics, _services.Time),
            Happened = happened => _services.News(view.JobId, VideoNews.Of(view.VideoId, happened)),
        };
        for (var wait = FirstWait; ; wait = Longer(wait))
        {
            Sitting? itself = null;
            var progress = _services.Progress(view, () => itself!.Epoch);
            using var sitting = itself = new Sitting(view.VideoId, order, place, _failover?.Watch(progress) ?? progress) { OnlyGround = !Has(NodeRole.Tracker), Trace = _span?.Context ?? default };
            _sitting = sitting;
            var (video, failure) = await SitOnceAsync(sitting, stop);
            stop.ThrowIfCancellationRequested();
            if (_cancelled is { } reason && video is not { IsOver: true }) video = await CancelledAsync(reason, video, stop);
            if (failure is not null && ServerUnavailableException.Is(failure))
            {
                _services.Log.VideoWaits(view.VideoId, failure.Message);
                await Task.Delay(wait, _services.Time, stop);
                continue;
            }

            if (video?.Ending is VideoEnding.Completed) await recordContent();
            await ConcludeAsync(sitting, view, video, failure, stop);
            return;
        }
    }

    /// <summary>The letter came when the actor had ended, and nobody else has it.</summary>
    /// <returns>The video as it stands then, if it had stopped in good order.</returns>
    private async Task<Video?> CancelledAsync(string reason, Video? stopped, CancellationToken stop)
    {
        var mailer = new VideoMailer(_services.Transport, _services.Journal, _settings.Name, _services.Time);
        await PatientlyAsync(() => mailer.CancelAsync(Item.VideoId, reason, stop), stop);
        _cancelled = null;
        return stopped is null ? null : await PatientlyAsync(() => VideoHistory.LoadAsync(_services.Journal, Item.VideoId, stop), stop);
    }

    private async Task<(Video? Video, Exception? Failure)> SitOnceAsync(Sitting sitting, CancellationToken stop)
    {
        var actor = _system.Spawn($"video-{sitting.VideoId}", () => new VideoActor(_services.Journal, sitting), VideoActor.Options);
        try
        {
            await using var mail = await _services.Transport.BindAsync(VideoLetter.KeyOf(sitting.VideoId), ReadAsync, stop);
            // A letter that said so may have come when nobody was bound.
            if (await PatientlyAsync(() => _services.Jobs.IsHeldAsync(sitting.VideoId, stop), stop)) Yield(HandOverReason.Held, "it is held back");
            // Not by its mailbox, which may be full.
            using var yielding = _yield.Token.UnsafeRegister(static (state, _) => ((Sitting)state!).Pause(), sitting);
            await Task.WhenAny(sitting.Ended, actor.Terminated).WaitAsync(stop);
        }
        finally
        {
            await actor.StopAsync(cancellationToken: CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return sitting.Ended.IsCompleted ? (await sitting.Ended, null) : (null, Innermost(actor.Terminated.Exception));

        async ValueTask ReadAsync(ReadOnlyMemory<byte> letter, CancellationToken cancellationToken)
        {
            switch (VideoLetter.Parse(letter))
            {
                case VideoLetter.Cancel(var reason):
                    _cancelled = reason;
                    await actor.TellAsync(new VideoCommand.Cancel(reason), cancellationToken);
                    break;
                case VideoLetter.Hold:
                    Yield(HandOverReason.Held, "it is held back");
                    break;
            }
        }
    }

    private async Task ConcludeAsync(Sitting sitting, VideoView view, Video? video, Exception? failure, CancellationToken stop)
    {
        switch (video, failure)
        {
            case ({ Ending: { } ending }, _):
                await Settling().AcknowledgeAsync(stop);
                Conclude(sitting.VideoId, ending);
                break;
            case ({ } paused, _):
                await HandOverAsync(
                    Item with { Kind = WorkKind.Video }, paused.Checkpoint?.NextStep ?? 0,
                    sitting.OnlyGround && !IsYielding ? (HandOverReason.Keyframes, "its questions are answered") : _why, stop);
                break;
            case (_, FencedException):
                await LeaveAsync(sitting.VideoId, stop);
                break;
            default:
                var reason = failure is null ? null : RunFailures.Of(failure);
                reason ??= new RunFailure(RunFailureKind.Internal, failure is null ? "The video's actor stopped without a word." : $"{failure.Message} ({failure.GetType().Name})", Frame: null);
                Mark("stopped", reason.Message);
                _services.Log.VideoStopped(sitting.VideoId, reason.Kind, reason.Message);
                await PatientlyAsync(() => _services.Jobs.NoteFailureAsync(sitting.VideoId, reason.Message, stop), stop);
                await ReturnLaterAsync(view, stop);
                break;
        }
    }

    /// <summary>Gives the work back after a pause that grows with its attempts: what is wrong here, a full disk say, would otherwise use them all up before another node gets it.</summary>
    private async Task ReturnLaterAsync(VideoView view, CancellationToken stop)
    {
        using var yielding = CancellationTokenSource.CreateLinkedTokenSource(stop, _yield.Token);
        await Task.Delay(FirstWait * Math.Pow(2, Math.Min(view.Attempts, 6)), _services.Time, yielding.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Settling().ReturnAsync(stop);
    }

    private void Continued(string videoId, int step, bool isWarm)
    {
        _services.Metrics?.Continued(isWarm);
        _services.Log.VideoContinues(videoId, step, isWarm ? "the warm tracker" : "the checkpoint");
    }

    /// <summary>Queues the continuation, then lets go: killed in between, the work is delivered twice, which costs little and harms nothing.</summary>
    private async Task HandOverAsync(WorkItem next, long step, (HandOverReason Reason, string Words) why, CancellationToken stop)
    {
        using var span = ClusterTracing.StartHandOver(why.Reason);
        // Before the continuation is queued: this node may be the one that takes it, sooner than it hears that it was queued.
        var delivery = Settling();
        var state = await PatientlyAsync(() => _services.Jobs.EndAttemptAsync(next.VideoId, _settings.Name, stop), stop);
        // Held back: releasing it will queue it. Begun by another: that one will.
        if (state == VideoState.Waiting) await _services.Transport.PublishAsync(next.Traced(), stop);
        await delivery.AcknowledgeAsync(stop);
        Mark("handed over");
        _services.Metrics?.HandedOver(why.Reason);
        Tell(JobEventTypes.VideoHandedOver, why.Words);
        _services.Log.VideoHandedOver(next.VideoId, (int)step, why.Words);
    }

    /// <summary>Something is wrong with the video or its settings, and no actor of it was begun: its history says so.</summary>
    private async Task FailAsync(JobRequest job, VideoView view, RunFailure failure, CancellationToken stop)
    {
        var order = OrderOf(job, view, view.Request.Source, job.Model, device: "");
        await PatientlyAsync(
            () => VideoRecord.ApplyAsync(
                _services.Journal, view.VideoId, _settings.Name, epoch => [new VideoCommand.Claim(order, epoch, _settings.Name), new VideoCommand.Fail(failure)], _services.Time.GetUtcNow(), stop),
            stop);
        await Settling().AcknowledgeAsync(stop);
        Finish(VideoState.Failed, failure.Message);
        Tell(JobEventTypes.VideoFailed, failure.Message);
        _services.Log.VideoIsOver(view.VideoId, $"failed: {failure.Message}");
    }

    /// <summary>Watchers hear of what no actor of the video records itself.</summary>
    private void Tell(string type, string detail)
    {
        if (VideoNumber.TryParse(Item.VideoId, out var video)) _services.News(video.JobId, new JobEvent(type, _services.Time.GetUtcNow(), Item.VideoId, detail));
    }

    /// <summary>Another owner has it, with a message of its own, or one that it queued.</summary>
    private async Task LeaveAsync(string videoId, CancellationToken stop)
    {
        Mark("taken over");
        _services.Log.VideoTakenOver(videoId);
        await Settling().AcknowledgeAsync(stop);
    }

    private void Conclude(string videoId, VideoEnding ending)
    {
        var why = (ending as VideoEnding.Failed)?.Failure.Message;
        Finish(
            ending switch
            {
                VideoEnding.Completed => VideoState.Completed,
                VideoEnding.Failed => VideoState.Failed,
                _ => VideoState.Cancelled,
            },
            why);
        _services.Log.VideoIsOver(videoId, why is null ? ending.GetType().Name : $"failed: {why}");
    }

    private void Finish(VideoState outcome, string? why)
    {
        _services.Metrics?.VideoFinished(outcome);
        Mark(outcome.ToString().ToLowerInvariant(), why);
    }

    private void Mark(string outcome, string? why = null)
    {
        _span?.SetTag("sa2va.outcome", outcome);
        if (why is not null) _span?.SetStatus(ActivityStatusCode.Error, why);
    }

    private Task PatientlyAsync(Func<Task> work, CancellationToken stop)
        => PatientlyAsync(
            async () =>
            {
                await work();
                return 0;
            },
            stop);

    // Only for work that may be done twice.
    private async Task<T> PatientlyAsync<T>(Func<Task<T>> work, CancellationToken stop)
    {
        for (var wait = FirstWait; ; wait = Longer(wait))
        {
            try
            {
                return await work();
            }
            catch (Exception failure) when (ServerUnavailableException.Is(failure))
            {
                _services.Log.VideoWaits(Item.VideoId, failure.Message);
                await Task.Delay(wait, _services.Time, stop);
            }
        }
    }

    private static TimeSpan Longer(TimeSpan wait) => wait * 2 < LongestWait ? wait * 2 : LongestWait;

    private static Exception? Innermost(AggregateException? aggregate)
    {
        var failure = aggregate?.InnerException;
        while (failure is ChildFailedException { InnerException: { } inner }) failure = inner;
        return failure;
    }
}
