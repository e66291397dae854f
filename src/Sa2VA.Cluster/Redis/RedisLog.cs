using Microsoft.Extensions.Logging;

namespace Sa2VA.Cluster.Redis;

/// <summary>Log events of Redis, ids 2401 to 2449.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(EventId = 2401, Level = LogLevel.Warning, Message = "Redis at {Endpoint} cannot be used: {Reason}. Work waits and goes on when it is back")]
    public static partial void RedisAway(this ILogger log, string endpoint, string reason);

    [LoggerMessage(EventId = 2402, Level = LogLevel.Information, Message = "Redis at {Endpoint} is back")]
    public static partial void RedisBack(this ILogger log, string endpoint);

    [LoggerMessage(EventId = 2403, Level = LogLevel.Warning, Message = "Redis at {Endpoint} gave no answer for {Seconds} s; its connection is replaced")]
    public static partial void RedisSilent(this ILogger log, string endpoint, double seconds);

    [LoggerMessage(EventId = 2404, Level = LogLevel.Warning, Message = "At {Endpoint}: {Risk}")]
    public static partial void RedisRisk(this ILogger log, string endpoint, string risk);
}
