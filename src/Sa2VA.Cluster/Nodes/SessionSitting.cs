using System.Diagnostics;
using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Nodes;

/// <summary>How a sitting came to its end: the video as it was left, or why its actor stopped.</summary>
/// <param name="Video">Over, or paused; null when the actor stopped.</param>
/// <param name="Failure">Why the actor stopped; null when it did not, or said nothing.</param>
/// <param name="OnlyGrounded">Whether it stops once the language model has answered.</param>
internal sealed record SittingEnd(Video? Video, Exception? Failure, bool OnlyGrounded);

/// <summary>Runs a session's video as an actor that is reached by mail, until it is over, paused or failed; a server that is away is waited for.</summary>
internal sealed class SessionSitting(NodeSettings settings, NodeServices services, ActorSystem system, YieldRequest yielding, Patience patience, SessionReport report)
{
    private volatile Sitting? _sitting;
    private volatile string? _cancelled;

    /// <summary>See <see cref="Sitting.GotSomewhere"/>.</summary>
    public bool GotSomewhere => _sitting?.GotSomewhere == true;

    /// <summary>Works, again and again while a server is away.</summary>
    /// <param name="order">What is wanted.</param>
    /// <param name="view">The video.</param>
    /// <param name="device">Where.</param>
    /// <param name="failover">Told of the progress, where another node was lost with the video.</param>
    /// <param name="stop">Leaves everything as it is.</param>
    public async Task<SittingEnd> RunAsync(VideoOrder order, VideoView view, DeviceLease device, Failover? failover, CancellationToken stop)
    {
        var place = PlaceOf(view, device);
        for (var wait = Patience.FirstWait; ; wait = Patience.Longer(wait))
        {
            Sitting? itself = null;
            var progress = services.Progress(view, () => itself!.Epoch);
            using var sitting = itself = new Sitting(view.VideoId, order, place, failover?.Watch(progress) ?? progress)
            {
                OnlyGround = !settings.Roles.Contains(NodeRole.Tracker),
                Trace = report.Trace,
            };
            _sitting = sitting;
            var (video, failure) = await SitAsync(sitting, stop);
            stop.ThrowIfCancellationRequested();
            if (_cancelled is { } reason && video is not { IsOver: true }) video = await CancelAsync(view.VideoId, reason, video, stop);
            if (failure is null || !ServerUnavailableException.Is(failure)) return new SittingEnd(video, failure, sitting.OnlyGround);
            await patience.WaitAsync(failure, wait, stop);
        }
    }

    private SittingPlace PlaceOf(VideoView view, DeviceLease device) => new()
    {
        Owner = settings.Name,
        Checkpoints = settings.Checkpoints,
        States = services.States,
        Results = services.Results,
        Model = device.Model,
        Limits = settings.Media,
        Warm = device.Warm,
        Continued = report.Continued,
        Worker = services.Worker,
        Meter = new StageMeter(services.Metrics, services.Time),
        Happened = happened => services.News(view.JobId, VideoNews.Of(view.VideoId, happened)),
    };

    private async Task<(Video? Video, Exception? Failure)> SitAsync(Sitting sitting, CancellationToken stop)
    {
        var actor = system.Spawn($"video-{sitting.VideoId}", () => new VideoActor(services.Journal, sitting), VideoActor.Options);
        try
        {
            await using var mail = await services.Transport.BindAsync(VideoLetter.KeyOf(sitting.VideoId), ReadAsync, stop);
            // A letter that said so may have come when nobody was bound.
            if (await patience.TryAsync(() => services.Jobs.IsHeldAsync(sitting.VideoId, stop), stop)) yielding.Make(YieldReason.Held);
            // Not by its mailbox, which may be full.
            using var pausing = yielding.Token.UnsafeRegister(static (state, _) => ((Sitting)state!).Pause(), sitting);
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
                case VideoLetter.AddPrompt(var prompt):
                    await actor.TellAsync(new VideoCommand.AddPrompt(prompt, Requeue: false), cancellationToken);
                    break;
                case VideoLetter.Hold:
                    yielding.Make(YieldReason.Held);
                    break;
            }
        }
    }

    /// <summary>The letter came when the actor had ended, and nobody else has it.</summary>
    /// <returns>The video as it stands then, if it had stopped in good order.</returns>
    private async Task<Video?> CancelAsync(string videoId, string reason, Video? stopped, CancellationToken stop)
    {
        var mailer = new VideoMailer(services.Transport, services.Journal, settings.Name, services.Time, services.News);
        await patience.TryAsync(() => mailer.CancelAsync(videoId, reason, stop), stop);
        _cancelled = null;
        return stopped is null ? null : await patience.TryAsync(() => VideoHistory.LoadAsync(services.Journal, videoId, stop), stop);
    }

    private static Exception? Innermost(AggregateException? aggregate)
    {
        var failure = aggregate?.InnerException;
        while (failure is ChildFailedException { InnerException: { } inner }) failure = inner;
        return failure;
    }
}
