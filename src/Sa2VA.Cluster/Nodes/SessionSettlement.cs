using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Nodes;

/// <summary>
/// How a session lets go of its delivery. Each way first makes durable what comes of the work, then settles, so that a node that is killed
/// in between causes a second delivery at worst.
/// </summary>
internal sealed class SessionSettlement(string owner, NodeServices services, HeldDelivery delivery, YieldRequest yielding, Patience patience, SessionReport report)
{
    /// <summary>It is over: its history says so already.</summary>
    public async Task EndAsync(VideoEnding ending, CancellationToken stop)
    {
        await delivery.Settling().AcknowledgeAsync(stop);
        report.IsOver(ending);
    }

    /// <summary>Nobody wants it done.</summary>
    public async Task ForgetAsync(CancellationToken stop)
    {
        report.Forgotten();
        await delivery.Settling().AcknowledgeAsync(stop);
    }

    /// <summary>Gives up a video that took down every node that tried it.</summary>
    public async Task BuryAsync(VideoView video, CancellationToken stop)
    {
        var last = string.IsNullOrEmpty(video.Owner) ? "" : $", the last one on '{video.Owner}'";
        var reason = $"{video.Attempts} attempts in a row came to no end{last}.{(string.IsNullOrEmpty(video.Error) ? "" : " " + video.Error)}";
        await patience.TryAsync(() => services.Jobs.BuryAsync(video.VideoId, reason, stop), stop);
        await delivery.Settling().BuryAsync(reason, stop);
        report.Died(video.Attempts, reason);
    }

    /// <summary>Queues the continuation, then lets go: killed in between, the work is delivered twice, which costs little and harms nothing.</summary>
    public async Task HandOverAsync(WorkKind next, long step, YieldReason why, CancellationToken stop)
    {
        using var span = ClusterTracing.StartHandOver(why.Kind);
        // Before the continuation is queued: this node may be the one that takes it, sooner than it hears that it was queued.
        var settling = delivery.Settling();
        var item = settling.Item with { Kind = next };
        var state = await patience.TryAsync(() => services.Jobs.EndAttemptAsync(item.VideoId, owner, stop), stop);
        // Held back: releasing it will queue it. Begun by another: that one will.
        if (state == VideoState.Waiting) await services.Transport.PublishAsync(item.Traced(), stop);
        await settling.AcknowledgeAsync(stop);
        report.HandedOver(step, why);
    }

    /// <summary>Something is wrong with the video or its settings, and no actor of it was begun: its history says so.</summary>
    public async Task FailAsync(string videoId, VideoOrder order, RunFailure failure, CancellationToken stop)
    {
        await patience.TryAsync(
            () => VideoRecord.ApplyAsync(
                services.Journal, videoId, owner, epoch => [new VideoCommand.Claim(order, epoch, owner), new VideoCommand.Fail(failure)], services.Time.GetUtcNow(), stop),
            stop);
        await delivery.Settling().AcknowledgeAsync(stop);
        report.Refused(failure);
    }

    /// <summary>Another owner has it, with a message of its own, or one that it queued; that one may be in hand here by now, and then it goes back.</summary>
    public async Task LeaveAsync(CancellationToken stop)
    {
        report.TakenOver();
        var settling = delivery.Settling();
        var video = await patience.TryAsync(() => services.Jobs.FindVideoAsync(settling.Item.VideoId, stop), stop);
        if (video?.State == VideoState.Waiting) await settling.ReturnAsync(stop);
        else await settling.AcknowledgeAsync(stop);
    }

    /// <summary>
    /// Notes what went wrong, and gives the work back after a pause that grows with its attempts: what is wrong here, a full disk say, would
    /// otherwise use them all up before another node gets it.
    /// </summary>
    public async Task ReturnLaterAsync(VideoView view, string reason, CancellationToken stop)
    {
        await patience.TryAsync(() => services.Jobs.NoteFailureAsync(view.VideoId, reason, stop), stop);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop, yielding.Token);
        await Task.Delay(Patience.FirstWait * Math.Pow(2, Math.Min(view.Attempts, 6)), services.Time, waiting.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await delivery.Settling().ReturnAsync(stop);
    }
}
