using Microsoft.Extensions.Logging;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Nodes;

/// <summary>Log events of a node, ids 2001 to 2099: one line per change of state.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(EventId = 2001, Level = LogLevel.Information, Message = "Node {Node} takes work: {Slots} slot(s), roles {Roles}")]
    public static partial void Started(this ILogger log, string node, int slots, string roles);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Information, Message = "Node {Node} drains: {Videos} video(s) in work")]
    public static partial void Draining(this ILogger log, string node, int videos);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Information, Message = "Node {Node} stopped")]
    public static partial void Stopped(this ILogger log, string node);

    [LoggerMessage(EventId = 2004, Level = LogLevel.Warning, Message = "Node {Node} did not drain within {Grace}; what is left is redelivered")]
    public static partial void GraceIsOver(this ILogger log, string node, TimeSpan grace);

    [LoggerMessage(EventId = 2010, Level = LogLevel.Information, Message = "Video {Video} begins (attempt {Attempt})")]
    public static partial void VideoBegins(this ILogger log, string video, int attempt);

    [LoggerMessage(EventId = 2011, Level = LogLevel.Information, Message = "Video {Video} is over: {Ending}")]
    public static partial void VideoIsOver(this ILogger log, string video, string ending);

    [LoggerMessage(EventId = 2012, Level = LogLevel.Information, Message = "Video {Video} is handed over at step {NextStep} ({Why})")]
    public static partial void VideoHandedOver(this ILogger log, string video, int nextStep, string why);

    [LoggerMessage(EventId = 2013, Level = LogLevel.Warning, Message = "Video {Video} has another owner now; this node stops working on it")]
    public static partial void VideoTakenOver(this ILogger log, string video);

    [LoggerMessage(EventId = 2014, Level = LogLevel.Error, Message = "Video {Video} took down its worker {Attempts} times and is given up: {Reason}")]
    public static partial void VideoIsDead(this ILogger log, string video, int attempts, string reason);

    [LoggerMessage(EventId = 2015, Level = LogLevel.Warning, Message = "Video {Video} stopped ({Kind}): {Reason}; it is delivered again")]
    public static partial void VideoStopped(this ILogger log, string video, RunFailureKind kind, string reason);

    [LoggerMessage(EventId = 2016, Level = LogLevel.Warning, Message = "Video {Video} waits for a server: {Reason}")]
    public static partial void VideoWaits(this ILogger log, string video, string reason);

    [LoggerMessage(EventId = 2017, Level = LogLevel.Debug, Message = "Message about {Video} is forgotten: it is over, held back or unknown")]
    public static partial void MessageForgotten(this ILogger log, string video);

    [LoggerMessage(EventId = 2021, Level = LogLevel.Information, Message = "Video {Video} is answered with the masks of {From}")]
    public static partial void VideoIsReused(this ILogger log, string video, string from);

    [LoggerMessage(EventId = 2022, Level = LogLevel.Warning, Message = "The model in {Folder} cannot be read for its digest, and results with it are not used again: {Reason}")]
    public static partial void NoModelDigest(this ILogger log, string folder, string reason);

    [LoggerMessage(EventId = 2018, Level = LogLevel.Error, Message = "Work on {Video} failed in a way that nobody foresaw; it is delivered again")]
    public static partial void SessionFailed(this ILogger log, Exception failure, string video);

    [LoggerMessage(EventId = 2019, Level = LogLevel.Error, Message = "Submitted work could not be queued; it is tried again")]
    public static partial void OutboxFailed(this ILogger log, Exception failure);

    [LoggerMessage(EventId = 2023, Level = LogLevel.Warning, Message = "Work on {Video} is queued again. {Reason}")]
    public static partial void WorkRescued(this ILogger log, string video, string reason);

    [LoggerMessage(EventId = 2024, Level = LogLevel.Error, Message = "The dead could not be looked after; it is tried again")]
    public static partial void DeadFailed(this ILogger log, Exception failure);

    [LoggerMessage(EventId = 2020, Level = LogLevel.Error, Message = "Slices and waiting work could not be looked at; it is tried again")]
    public static partial void LookFailed(this ILogger log, Exception failure);

    [LoggerMessage(EventId = 2025, Level = LogLevel.Information, Message = "Video {Video} goes on at step {NextStep} from {State}")]
    public static partial void VideoContinues(this ILogger log, string video, int nextStep, string state);
}
