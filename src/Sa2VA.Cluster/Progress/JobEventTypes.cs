namespace Sa2VA.Cluster.Progress;

/// <summary>Names of events beyond those that videos' journals have.</summary>
public static class JobEventTypes
{
    /// <summary>Every frame of a video has its masks.</summary>
    public const string VideoCompleted = "video-completed";

    /// <summary>A video cannot go on.</summary>
    public const string VideoFailed = "video-failed";

    /// <summary>Somebody stopped a video for good.</summary>
    public const string VideoCancelled = "video-cancelled";

    /// <summary>A video was given up: it took down whoever tried it, too often.</summary>
    public const string VideoDead = "video-dead";

    /// <summary>A node stopped work on a video, and another, or the same, goes on with it.</summary>
    public const string VideoHandedOver = "video-handed-over";

    /// <summary>Nothing of the job waits or runs any more.</summary>
    public const string JobOver = "job-over";

    /// <summary>Whether a video ends with it.</summary>
    public static bool IsEnding(string type) => type is VideoCompleted or VideoFailed or VideoCancelled or VideoDead;
}
