using System.Diagnostics;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Nodes;

/// <summary>Tells what becomes of a session: to the log, the metrics, its span, and, of what no actor of the video records itself, to the job's watchers.</summary>
internal sealed class SessionReport(string videoId, NodeServices services)
{
    private Activity? _span;

    /// <summary>The span that the session's own belong to.</summary>
    public ActivityContext Trace => _span?.Context ?? default;

    /// <summary>Begins the session's span, which is the caller's to end.</summary>
    public Activity? Trail(WorkItem item, string node) => _span = ClusterTracing.StartWork(item, node);

    /// <summary>An attempt was counted.</summary>
    public void Attempted(AttemptVerdict verdict, bool isRedelivered) => services.Metrics?.AttemptBegun(verdict, isRedelivered);

    /// <summary>The video's work begins.</summary>
    public void Begins(int attempt) => services.Log.VideoBegins(videoId, attempt);

    /// <summary>The message was of no use.</summary>
    public void Forgotten() => services.Log.MessageForgotten(videoId);

    /// <summary>Tracking goes on.</summary>
    public void Continued(int step, bool isWarm)
    {
        services.Metrics?.Continued(isWarm);
        services.Log.VideoContinues(videoId, step, isWarm ? "the warm tracker" : "the checkpoint");
    }

    /// <summary>Answered with the masks of another video.</summary>
    public void Reused(string from)
    {
        services.Metrics?.VideoReused();
        services.Log.VideoIsReused(videoId, from);
        Tell(JobEventTypes.VideoCompleted, $"reused from {from}");
    }

    /// <summary>Queued for whoever goes on.</summary>
    public void HandedOver(long step, YieldReason why)
    {
        Mark("handed over");
        services.Metrics?.HandedOver(why.Kind);
        Tell(JobEventTypes.VideoHandedOver, why.Words);
        services.Log.VideoHandedOver(videoId, (int)step, why.Words);
    }

    /// <summary>Another owner has it.</summary>
    public void TakenOver()
    {
        Mark("taken over");
        services.Log.VideoTakenOver(videoId);
    }

    /// <summary>It stopped for a reason that may be gone the next time.</summary>
    public void Stopped(RunFailure reason)
    {
        Mark("stopped", reason.Message);
        services.Log.VideoStopped(videoId, reason.Kind, reason.Message);
    }

    /// <summary>It failed before an actor of it was begun.</summary>
    public void Refused(RunFailure reason)
    {
        Finish(VideoState.Failed, reason.Message);
        Tell(JobEventTypes.VideoFailed, reason.Message);
        services.Log.VideoIsOver(videoId, $"failed: {reason.Message}");
    }

    /// <summary>It is given up.</summary>
    public void Died(int attempts, string reason)
    {
        Finish(VideoState.Dead, reason);
        Tell(JobEventTypes.VideoDead, reason);
        services.Log.VideoIsDead(videoId, attempts, reason);
    }

    /// <summary>It is over, as its history says.</summary>
    public void IsOver(VideoEnding ending)
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
        services.Log.VideoIsOver(videoId, why is null ? ending.GetType().Name : $"failed: {why}");
    }

    private void Finish(VideoState outcome, string? why)
    {
        services.Metrics?.VideoFinished(outcome);
        Mark(outcome.ToString().ToLowerInvariant(), why);
    }

    private void Mark(string outcome, string? why = null)
    {
        _span?.SetTag("sa2va.outcome", outcome);
        if (why is not null) _span?.SetStatus(ActivityStatusCode.Error, why);
    }

    private void Tell(string type, string detail)
    {
        if (VideoNumber.TryParse(videoId, out var video)) services.News(video.JobId, new JobEvent(type, services.Time.GetUtcNow(), videoId, detail));
    }
}
