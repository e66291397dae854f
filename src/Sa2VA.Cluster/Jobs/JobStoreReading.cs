using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Jobs;

/// <summary>What can be read off a job.</summary>
public static class JobStoreReading
{
    private static readonly VideoState[] Unfinished = [VideoState.Waiting, VideoState.Running, VideoState.Paused];

    /// <summary>An attempt at a video of the usual priority.</summary>
    public static Task<Attempt> BeginAttemptAsync(this IJobStore jobs, string videoId, string nodeId, int maxAttempts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return jobs.BeginAttemptAsync(new WorkItem(videoId), nodeId, maxAttempts, cancellationToken);
    }

    /// <summary>All jobs, newest first.</summary>
    public static Task<IReadOnlyList<JobView>> ListJobsAsync(this IJobStore jobs, string? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return jobs.ListJobsAsync(JobFilter.All, before, limit, cancellationToken);
    }

    /// <summary>Whether there is such a job and none of its videos waits, runs or is held back.</summary>
    public static async Task<bool> IsOverAsync(this IJobStore jobs, string jobId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return await jobs.FindJobAsync(jobId, cancellationToken) is { } job && Unfinished.All(state => job.ByState.GetValueOrDefault(state) == 0);
    }
}
