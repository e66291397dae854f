namespace Sa2VA.Cluster.Telemetry;

/// <summary>Why a video is queued again before it is over. The names, in small letters, are tags.</summary>
public enum HandOverReason
{
    /// <summary>It was worked on for long, and others wait.</summary>
    Slice,

    /// <summary>The node ends.</summary>
    Drain,

    /// <summary>More urgent work waits.</summary>
    Urgent,

    /// <summary>A node of the other role goes on.</summary>
    Keyframes,

    /// <summary>Somebody holds it back.</summary>
    Held,
}
