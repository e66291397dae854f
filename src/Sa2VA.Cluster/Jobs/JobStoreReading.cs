namespace Sa2VA.Cluster.Jobs;

/// <summary>What can be read off a job.</summary>
public static class JobStoreReading
{
    private static readonly VideoState[] Unfinished = [VideoState.Waiting, VideoState.Running, VideoState.Paused];

    /// <summary>Whether there is such a job and none of its videos waits, runs or is held back.</summary>
    public static async Task<bool> IsOverAsync(this IJobStore jobs, string jobId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return await jobs.FindJobAsync(jobId, cancellationToken) is { } job && Unfinished.All(state => job.ByState.GetValueOrDefault(state) == 0);
    }
}
