using Microsoft.Extensions.Logging;

namespace Sa2VA.Cluster.Progress;

/// <summary>Log events of progress, ids 2451 to 2469.</summary>
internal static partial class ProgressLogMessages
{
    [LoggerMessage(EventId = 2451, Level = LogLevel.Debug, Message = "The progress of video {VideoId} was not written: another owner has it")]
    public static partial void ReportFenced(this ILogger log, string videoId);

    [LoggerMessage(EventId = 2452, Level = LogLevel.Warning, Message = "The progress of video {VideoId} could not be written")]
    public static partial void ReportFailed(this ILogger log, Exception failure, string videoId);

    [LoggerMessage(EventId = 2453, Level = LogLevel.Warning, Message = "An event of job {JobId}, {Type}, could not be written for its watchers")]
    public static partial void EventLost(this ILogger log, Exception failure, string jobId, string type);
}
