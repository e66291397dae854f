namespace Sa2VA.Cluster.Progress;

/// <summary>
/// How far things are, for watchers: the last report of each video, their sums per job, and the latest events of a job. Nothing is decided from
/// it and it may be lost; the truth is in the journal. All members are safe to call from several threads.
/// </summary>
public interface IProgressLog
{
    /// <summary>Replaces the last report of a video. One that is older than what the same owner reported changes nothing.</summary>
    /// <exception cref="Sa2VA.Actors.Journaling.FencedException">A higher epoch has reported; nothing was written.</exception>
    Task ReportAsync(VideoProgress progress, CancellationToken cancellationToken);

    /// <summary>The last report of a video, or null.</summary>
    Task<VideoProgress?> ReadVideoAsync(string videoId, CancellationToken cancellationToken);

    /// <summary>The sums over the last reports of a job's videos, or null when none has reported.</summary>
    Task<JobProgress?> ReadJobAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>Adds an event to a job's and returns its id. Old events are dropped.</summary>
    Task<string> PublishEventAsync(string jobId, JobEvent happened, CancellationToken cancellationToken);

    /// <summary>A job's events in order, first those that are kept, then new ones as they happen.</summary>
    /// <param name="jobId">The job; it need not have events yet.</param>
    /// <param name="afterId">Only events after this one, to go on where an earlier reader stopped; null from the oldest that is kept.</param>
    /// <param name="cancellationToken">Ends the enumeration, without an exception.</param>
    /// <exception cref="ArgumentException"><paramref name="afterId"/> is no id of an event.</exception>
    IAsyncEnumerable<StoredJobEvent> ReadEventsAsync(string jobId, string? afterId, CancellationToken cancellationToken);

    /// <summary>The same for one who waits for every event: it is noticed after a longest pause of at most so much, where the log is looked at in pauses.</summary>
    IAsyncEnumerable<StoredJobEvent> ReadEventsAsync(string jobId, string? afterId, TimeSpan longestPause, CancellationToken cancellationToken) => ReadEventsAsync(jobId, afterId, cancellationToken);

    /// <summary>Removes a job's events.</summary>
    Task ForgetEventsAsync(string jobId, CancellationToken cancellationToken);
}

/// <summary>How far a video is.</summary>
/// <param name="VideoId">Which; <c>{jobId}-{number}</c>.</param>
/// <param name="Epoch">Of the owner that reports.</param>
/// <param name="Stage">What is being done.</param>
/// <param name="FramesDone">Steps whose masks are stored.</param>
/// <param name="FramesTotal">Steps in all; null before it was probed.</param>
/// <param name="FramesPerSecond">Pace of late; 0 while nothing is tracked.</param>
/// <param name="Node">Who has it.</param>
/// <param name="UpdatedAt">When this was so, by the node's clock; kept to the millisecond.</param>
/// <param name="Message">A line for people, when there is something to say.</param>
public sealed record VideoProgress(
    string VideoId, long Epoch, ProgressStage Stage, int FramesDone, int? FramesTotal, double FramesPerSecond, string Node, DateTimeOffset UpdatedAt, string? Message = null);

/// <summary>How far a job is, summed over the videos that have reported.</summary>
/// <param name="JobId">Which.</param>
/// <param name="Videos">How many have reported; the job may have more.</param>
/// <param name="ByStage">How many of them are at which stage; stages without one are left out.</param>
/// <param name="FramesDone">Steps whose masks are stored.</param>
/// <param name="FramesTotal">Steps of those that were probed.</param>
/// <param name="FramesPerSecond">Pace of all; that of a dead node counts until another takes its videos.</param>
/// <param name="UpdatedAt">Of the latest report.</param>
public sealed record JobProgress(
    string JobId, long Videos, IReadOnlyDictionary<ProgressStage, long> ByStage, long FramesDone, long FramesTotal, double FramesPerSecond, DateTimeOffset UpdatedAt);

/// <summary>Something that happened in a job.</summary>
/// <param name="Type">What, in the words of the journal: <c>video-completed</c>.</param>
/// <param name="At">When; kept to the millisecond.</param>
/// <param name="VideoId">To which video; null when to the job.</param>
/// <param name="Detail">More about it, free text or JSON; null for none.</param>
public sealed record JobEvent(string Type, DateTimeOffset At, string? VideoId = null, string? Detail = null);

/// <summary>An event and its id, by which a reader can go on after it.</summary>
public sealed record StoredJobEvent(string Id, JobEvent Event);
