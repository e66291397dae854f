using System.Runtime.CompilerServices;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Results;

namespace Sa2VA.Cluster.Progress;

/// <summary>Progress of one process, for the embedded mode and for tests.</summary>
/// <param name="eventsPerJob">How many events of a job are kept; at least 1.</param>
public sealed class InMemoryProgressLog(int eventsPerJob = 10_000) : IProgressLog
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, VideoProgress> _videos = [];
    private readonly Dictionary<string, JobEvents> _jobs = [];

    /// <inheritdoc/>
    public Task ReportAsync(VideoProgress progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        ClusterIds.CheckVideo(progress.VideoId);
        lock (_gate)
        {
            var known = _videos.GetValueOrDefault(progress.VideoId);
            if (known is not null && progress.Epoch < known.Epoch) throw new FencedException(progress.VideoId, progress.Epoch, known.Epoch);
            if (known is null || progress.Epoch > known.Epoch || progress.UpdatedAt >= known.UpdatedAt) _videos[progress.VideoId] = progress;
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<VideoProgress?> ReadVideoAsync(string videoId, CancellationToken cancellationToken)
    {
        lock (_gate) return Task.FromResult(_videos.GetValueOrDefault(ClusterIds.CheckVideo(videoId)));
    }

    /// <inheritdoc/>
    public Task<JobProgress?> ReadJobAsync(string jobId, CancellationToken cancellationToken)
    {
        ClusterIds.CheckJob(jobId);
        VideoProgress[] videos;
        lock (_gate) videos = [.. _videos.Values.Where(v => ClusterIds.JobOf(v.VideoId) == jobId)];
        return Task.FromResult(videos.Length == 0 ? null : new JobProgress(
            jobId, videos.Length, videos.CountBy(v => v.Stage).ToDictionary(s => s.Key, s => (long)s.Value),
            videos.Sum(v => (long)v.FramesDone), videos.Sum(v => (long)(v.FramesTotal ?? 0)), videos.Sum(v => v.FramesPerSecond), videos.Max(v => v.UpdatedAt)));
    }

    /// <inheritdoc/>
    public Task<string> PublishEventAsync(string jobId, JobEvent happened, CancellationToken cancellationToken)
    {
        lock (_gate) return Task.FromResult(EventsOf(jobId).Add(happened, eventsPerJob));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredJobEvent> ReadEventsAsync(string jobId, string? afterId, CancellationToken cancellationToken)
        => FollowAsync(ClusterIds.CheckJob(jobId), afterId is null ? default : JobEventId.Parse(afterId), cancellationToken);

    /// <inheritdoc/>
    public Task ForgetEventsAsync(string jobId, CancellationToken cancellationToken)
    {
        lock (_gate) _jobs.Remove(ClusterIds.CheckJob(jobId));
        return Task.CompletedTask;
    }

    private async IAsyncEnumerable<StoredJobEvent> FollowAsync(string jobId, JobEventId after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            StoredJobEvent[] fresh;
            Task more;
            lock (_gate) (fresh, more) = EventsOf(jobId).After(after);
            foreach (var stored in fresh) yield return stored;
            if (fresh.Length > 0) after = JobEventId.Parse(fresh[^1].Id);
            else await more.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private JobEvents EventsOf(string jobId)
    {
        if (!_jobs.TryGetValue(ClusterIds.CheckJob(jobId), out var events)) _jobs[jobId] = events = new JobEvents();
        return events;
    }

    /// <summary>The kept events of a job; its owner holds the lock.</summary>
    private sealed class JobEvents
    {
        private readonly Queue<(JobEventId Id, StoredJobEvent Stored)> _kept = [];
        private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private ulong _last;

        public string Add(JobEvent happened, int limit)
        {
            var id = new JobEventId(++_last, 0);
            _kept.Enqueue((id, new StoredJobEvent(id.ToString(), happened)));
            if (_kept.Count > limit) _kept.Dequeue();
            _more.SetResult();
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return id.ToString();
        }

        /// <summary>What came after an event, and a task that completes when there is more.</summary>
        public (StoredJobEvent[] Fresh, Task More) After(JobEventId after) => ([.. _kept.Where(e => e.Id > after).Select(e => e.Stored)], _more.Task);
    }
}
