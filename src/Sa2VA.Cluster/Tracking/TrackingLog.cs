using Microsoft.Extensions.Logging;

namespace Sa2VA.Cluster.Tracking;

/// <summary>Log events of tracking, ids 2101 to 2119.</summary>
internal static partial class TrackingLog
{
    [LoggerMessage(EventId = 2101, Level = LogLevel.Warning, Message = "Video {Video}: the device has not enough memory for {Objects} objects at once; they are tracked {Batch} at a time")]
    public static partial void BatchSplit(this ILogger log, string video, int objects, int batch);
}
