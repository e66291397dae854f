using Microsoft.Extensions.Logging;

namespace Sa2VA.Actors;

/// <summary>Log events of the actor kernel, ids 1001 to 1099.</summary>
internal static partial class ActorLog
{
    [LoggerMessage(EventId = 1001, Level = LogLevel.Warning, Message = "Actor {Path} failed and restarts in {Delay} (restart {Attempt})")]
    public static partial void Restarting(this ILogger log, Exception failure, string path, TimeSpan delay, int attempt);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Error, Message = "Actor {Path} failed and stops ({Directive})")]
    public static partial void GaveUp(this ILogger log, Exception failure, string path, Directive directive);

    [LoggerMessage(EventId = 1003, Level = LogLevel.Debug, Message = "Dead letter {MessageType} for {Path}")]
    public static partial void DeadLettered(this ILogger log, string path, string messageType);

    [LoggerMessage(EventId = 1004, Level = LogLevel.Warning, Message = "Actor {Path} failed while it was stopping")]
    public static partial void FailedToStop(this ILogger log, Exception failure, string path);

    [LoggerMessage(EventId = 1005, Level = LogLevel.Warning, Message = "Actor {Path} failed on a message and goes on")]
    public static partial void Resumed(this ILogger log, Exception failure, string path);
}
