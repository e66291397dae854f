using Microsoft.Extensions.Logging;

namespace Sa2VA.Cluster.Archive;

/// <summary>Log events of the archive, ids 2471 to 2489.</summary>
internal static partial class ArchiveLog
{
    [LoggerMessage(EventId = 2471, Level = LogLevel.Warning, Message = "{Reason} Work waits and goes on when the archive is back")]
    public static partial void ArchiveAway(this ILogger log, string reason);

    [LoggerMessage(EventId = 2472, Level = LogLevel.Information, Message = "The archive is back")]
    public static partial void ArchiveBack(this ILogger log);

    [LoggerMessage(EventId = 2473, Level = LogLevel.Warning, Message = "A damaged mask block was read from the archive instead: {Damage}")]
    public static partial void ReadFromArchive(this ILogger log, string damage);
}
