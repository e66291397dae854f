using System.Text.Json.Serialization;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Verification;

namespace Sa2VA.Cluster.Jobs;

/// <summary>
/// The jobs of a cluster and where their videos stand. Submitting writes the job, its videos and the messages that will wake them in one
/// transaction; what a video's journal says is copied here in the transaction that appends it, so the two never disagree.
/// All members are safe to call from several threads and several processes.
/// </summary>
public interface IJobStore
{
    /// <summary>
    /// Accepts a job with all its videos, or nothing of it. The videos are streamed and never held in memory together. A job key that was
    /// accepted before gives that job again and submits nothing; only the title may be another one then.
    /// </summary>
    /// <exception cref="JobRefusedException">
    /// There is no video, or a malformed one, or the key was used for a job with other settings or other videos.
    /// </exception>
    Task<JobReceipt> SubmitAsync(JobRequest job, IAsyncEnumerable<VideoRequest> videos, CancellationToken cancellationToken);

    /// <summary>A job with its counters, or null.</summary>
    Task<JobView?> FindJobAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>Jobs, newest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="before">Only jobs older than this one; null from the newest.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops.</param>
    Task<IReadOnlyList<JobView>> ListJobsAsync(JobFilter filter, string? before, int limit, CancellationToken cancellationToken);

    /// <summary>A video, or null.</summary>
    Task<VideoView?> FindVideoAsync(string videoId, CancellationToken cancellationToken);

    /// <summary>Videos of a job in the order of its manifest.</summary>
    /// <param name="jobId">Whose.</param>
    /// <param name="state">Only those; null for all.</param>
    /// <param name="after">Only videos behind this one; null from the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops.</param>
    Task<IReadOnlyList<VideoView>> ListVideosAsync(string jobId, VideoState? state, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Counts an attempt at a video and says what is to be done. Each attempt that neither ended with its video nor was settled with <see cref="EndAttemptAsync"/>
    /// was ended by a crash or a loss of ownership; after <paramref name="maxAttempts"/> such ones in a row the video is dead. A message that was
    /// left behind in the queue of another priority is to be forgotten.
    /// </summary>
    Task<Attempt> BeginAttemptAsync(WorkItem item, string nodeId, int maxAttempts, CancellationToken cancellationToken);

    /// <summary>
    /// Videos of a job that are not over, in the order of its manifest: to cancel a job, hold it, so that no more of it begins, and cancel
    /// these one by one through their journals.
    /// </summary>
    /// <param name="jobId">Whose.</param>
    /// <param name="after">Only videos behind this one; null from the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops.</param>
    Task<IReadOnlyList<VideoView>> ListUnfinishedAsync(string jobId, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// The attempt ended in good order (end of its slice, drained): earlier crashes are forgiven, as they are by the end of a video. Returns where the video stands now:
    /// <see cref="VideoState.Waiting"/> asks the node to publish its continuation; a video that is held back is
    /// <see cref="VideoState.Paused"/>. Null when another attempt has begun since, and then it is that one's, or when its continuation is queued
    /// already, because its priority has changed.
    /// </summary>
    Task<VideoState?> EndAttemptAsync(string videoId, string nodeId, CancellationToken cancellationToken);

    /// <summary>Keeps why an attempt stopped, for the reason that is given should the video die of it. The attempt stays counted.</summary>
    Task NoteFailureAsync(string videoId, string reason, CancellationToken cancellationToken);

    /// <summary>Gives a video up with a reason.</summary>
    Task BuryAsync(string videoId, string reason, CancellationToken cancellationToken);

    /// <summary>
    /// Holds a job back, or one video of it: what waits does not begin, and is <see cref="VideoState.Paused"/> from the moment that a node would
    /// have begun it. What runs goes on until its node is told by mail, and is paused at the end of its attempt. False when the job is
    /// unknown, or the video over or unknown.
    /// </summary>
    Task<bool> HoldAsync(string jobId, string? videoId, CancellationToken cancellationToken);

    /// <summary>Whether a video, or its job, is held back; false when it is unknown.</summary>
    Task<bool> IsHeldAsync(string videoId, CancellationToken cancellationToken);

    /// <summary>Ends <see cref="HoldAsync"/> and wakes what is paused. Releasing a job also releases those of its videos that were held by themselves. Returns how many were woken.</summary>
    Task<int> ReleaseAsync(string jobId, string? videoId, CancellationToken cancellationToken);

    /// <summary>Wakes failed or dead videos again, with their attempts forgiven: one of them, or all of a job. Returns how many.</summary>
    Task<int> RetryAsync(string jobId, string? videoId, CancellationToken cancellationToken);

    /// <summary>
    /// Sets the priority of a job and all its videos, or that of one video, and moves what waits in a queue to that of the new priority. What a node has in
    /// hand is moved when it is handed over, what is held back when it is released. Returns how many were moved.
    /// </summary>
    Task<int> PrioritizeAsync(string jobId, string? videoId, WorkPriority priority, CancellationToken cancellationToken);

    /// <summary>Whether a message is one that was left behind in the queue of another priority; it is told once.</summary>
    Task<bool> ForgetMessageAsync(WorkItem item, CancellationToken cancellationToken);

    /// <summary>How fast videos of a model were worked on: the latest completed ones that were run and not only asked questions about, newest first.</summary>
    Task<IReadOnlyList<MeasuredVideo>> ListMeasuredAsync(string model, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Publishes messages of the outbox, the more urgent and then the older ones first, several at a time, and removes each once <paramref name="publish"/> has returned. Several pumps share
    /// the work without publishing a message twice, except after a crash or the loss of the database. Returns how many were published. When
    /// publishing fails, what was published is removed all the same, and the failure is the caller's.
    /// </summary>
    Task<int> PumpOutboxAsync(int limit, Func<WorkItem, CancellationToken, ValueTask> publish, CancellationToken cancellationToken);

    /// <summary>Videos that are neither over, nor held, nor waiting in the outbox and have made no progress since then, the longest silent first: for the doctor.</summary>
    Task<IReadOnlyList<VideoView>> ListSilentAsync(DateTimeOffset since, int limit, CancellationToken cancellationToken);

    /// <summary>Notes what decides a video's masks, so that they can be used again once it is completed.</summary>
    /// <param name="videoId">Whose; unknown ones are ignored.</param>
    /// <param name="contentKey">See <see cref="ContentKey"/>.</param>
    /// <param name="cancellationToken">Stops.</param>
    Task RecordContentAsync(string videoId, string contentKey, CancellationToken cancellationToken);

    /// <summary>A completed video with that key, the latest of several; null when there is none.</summary>
    Task<VideoView?> FindReusableAsync(string contentKey, CancellationToken cancellationToken);
}

/// <summary>A job as its owner writes it.</summary>
public sealed record JobRequest
{
    /// <summary>The owner's own name for it: the same key again is the same job. Null makes every submission a new job.</summary>
    public string? Key { get; init; }

    /// <summary>For people.</summary>
    public string? Title { get; init; }

    /// <summary>How urgent.</summary>
    public WorkPriority Priority { get; init; } = WorkPriority.Normal;

    /// <summary>Name of a model that nodes know.</summary>
    public required string Model { get; init; }

    /// <inheritdoc cref="RunRequest.Protocol"/>
    public GroundingProtocol Protocol { get; init; } = GroundingProtocol.Auto;

    /// <inheritdoc cref="RunRequest.KeyFrames"/>
    public int KeyFrames { get; init; } = 5;

    /// <inheritdoc cref="RunRequest.MaxNewTokens"/>
    public int MaxNewTokens { get; init; } = 512;

    /// <inheritdoc cref="RunRequest.Reground"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RegroundOptions? Reground { get; init; }

    /// <inheritdoc cref="RunRequest.Verify"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VerifyOptions? Verify { get; init; }

    /// <summary>Answer from an earlier result of the same content, sentences, model and settings where there is one.</summary>
    public bool ReuseResults { get; init; }
}

/// <summary>A line of a manifest.</summary>
/// <param name="Source">A path under a configured root, <c>s3://bucket/key</c>, or an address.</param>
/// <param name="Targets">What to find.</param>
/// <param name="Frames">Which frames; null for all.</param>
/// <param name="Name">The owner's own name for it; null for the source.</param>
public sealed record VideoRequest(string Source, IReadOnlyList<RunTarget> Targets, FrameSelection? Frames = null, string? Name = null);

/// <summary>An accepted job.</summary>
/// <param name="JobId">Its id.</param>
/// <param name="Videos">How many it has.</param>
/// <param name="IsNew">False when the key was known.</param>
public sealed record JobReceipt(string JobId, long Videos, bool IsNew);

/// <summary>A job is refused as a whole. <paramref name="line"/> is that of the manifest, from 1; null when the job itself is at fault.</summary>
public sealed class JobRefusedException(string message, long? line = null) : Exception(message)
{
    /// <summary>Line of the manifest, from 1.</summary>
    public long? Line { get; } = line;
}

/// <summary>Where a video stands.</summary>
public enum VideoState
{
    /// <summary>Nobody has begun it, or it waits for its next slice.</summary>
    Waiting,

    /// <summary>A node has it.</summary>
    Running,

    /// <summary>Held back on request.</summary>
    Paused,

    /// <summary>Every frame has its masks.</summary>
    Completed,

    /// <summary>It cannot go on; the reason says what to do.</summary>
    Failed,

    /// <summary>Stopped for good on request.</summary>
    Cancelled,

    /// <summary>It took down whoever tried it, too often.</summary>
    Dead,
}

/// <summary>A job and how far it is.</summary>
/// <param name="JobId">Its id.</param>
/// <param name="Request">Its settings.</param>
/// <param name="SubmittedAt">When it was accepted.</param>
/// <param name="Videos">How many it has.</param>
/// <param name="ByState">How many of them are in each state; every state is there.</param>
/// <param name="IsHeld">Whether none of its videos begins until it is released.</param>
public sealed record JobView(
    string JobId, JobRequest Request, DateTimeOffset SubmittedAt, long Videos, IReadOnlyDictionary<VideoState, long> ByState, bool IsHeld);

/// <summary>A video and how far it is.</summary>
/// <param name="VideoId">Its id: the journal's, the store's.</param>
/// <param name="JobId">Its job.</param>
/// <param name="Request">Its line of the manifest.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Epoch">Of its last owner.</param>
/// <param name="Owner">The node that has it, or had it last; null before.</param>
/// <param name="Attempts">Crashes in a row.</param>
/// <param name="FramesDone">As of the last checkpoint.</param>
/// <param name="FramesTotal">Null before it was probed.</param>
/// <param name="Error">Why it failed, is dead or was cancelled.</param>
/// <param name="UpdatedAt">Of the last change.</param>
/// <param name="ReusedFrom">The video whose masks were copied for it; null when it was run.</param>
/// <param name="Priority">How urgent: its own, or its job's.</param>
/// <param name="WorkSeconds">Time that nodes spent on it, as of the last checkpoint.</param>
public sealed record VideoView(
    string VideoId, string JobId, VideoRequest Request, VideoState State, long Epoch, string? Owner, int Attempts,
    long FramesDone, long? FramesTotal, string? Error, DateTimeOffset UpdatedAt, string? ReusedFrom = null,
    WorkPriority Priority = WorkPriority.Normal, double WorkSeconds = 0);

/// <summary>What a completed video has taken.</summary>
/// <param name="Frames">Frames that were tracked.</param>
/// <param name="Targets">Things that were to be found.</param>
/// <param name="Pixels">Of a frame; null when it was not recorded.</param>
/// <param name="Seconds">Time that nodes spent on it.</param>
public sealed record MeasuredVideo(long Frames, int Targets, long? Pixels, double Seconds);

/// <summary>What a node is to do with work that it took.</summary>
/// <param name="Verdict">Whether to begin.</param>
/// <param name="Job">Settings; null when the video is unknown.</param>
/// <param name="Video">The video; null when it is unknown.</param>
/// <param name="Silence">How long ago the last sign of life was of an owner that was lost; null when none was, or it said why it stopped.</param>
public sealed record Attempt(AttemptVerdict Verdict, JobRequest? Job, VideoView? Video, TimeSpan? Silence = null);

/// <summary>Whether to begin.</summary>
public enum AttemptVerdict
{
    /// <summary>Begin.</summary>
    Go,

    /// <summary>It is over, paused or unknown: forget the message.</summary>
    Forget,

    /// <summary>It has taken down too many: bury it.</summary>
    TooMany,
}
