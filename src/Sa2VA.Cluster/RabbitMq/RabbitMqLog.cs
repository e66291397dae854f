using Microsoft.Extensions.Logging;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>Log events of the RabbitMQ transport, ids 3101 to 3199.</summary>
internal static partial class RabbitMqLog
{
    [LoggerMessage(EventId = 3101, Level = LogLevel.Warning, Message = "The {Purpose} connection to RabbitMQ at {Server} is lost: {Reason}. Work pauses until it is back")]
    public static partial void ConnectionLost(this ILogger log, string purpose, string server, string reason);

    [LoggerMessage(EventId = 3102, Level = LogLevel.Information, Message = "The {Purpose} connection to RabbitMQ at {Server} is back")]
    public static partial void Reconnected(this ILogger log, string purpose, string server);

    [LoggerMessage(EventId = 3103, Level = LogLevel.Warning, Message = "The {Purpose} connection to RabbitMQ is still away: {Reason}")]
    public static partial void StillAway(this ILogger log, string purpose, string reason);

    [LoggerMessage(EventId = 3104, Level = LogLevel.Debug, Message = "RabbitMQ did not answer on the {Purpose} connection and is asked again: {Reason}")]
    public static partial void TryingAgain(this ILogger log, string purpose, string reason);

    [LoggerMessage(EventId = 3105, Level = LogLevel.Warning, Message = "A queue or exchange of ours is missing at RabbitMQ and is declared anew; what was in it is gone: {Reason}")]
    public static partial void QueueMissing(this ILogger log, string? reason);

    [LoggerMessage(EventId = 3106, Level = LogLevel.Warning, Message = "Queue {Queue} held a message that goes to the dead: {Problem}")]
    public static partial void Unreadable(this ILogger log, string queue, string problem);

    [LoggerMessage(EventId = 3107, Level = LogLevel.Error, Message = "The receiver of mail for {Key} failed on a letter; the letter is lost")]
    public static partial void ReceiverFailed(this ILogger log, Exception failure, string key);

    [LoggerMessage(EventId = 3108, Level = LogLevel.Warning, Message = "The receiver of mail for {Key} did not come back from a letter before it was unbound; letters behind it are lost")]
    public static partial void ReceiverStuck(this ILogger log, string key);
}
