using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Tests.Progress;

public sealed class EventPublisherTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_are_written_in_order_and_the_end_of_a_job_after_the_last_of_its_videos()
    {
        var log = new InMemoryProgressLog();
        var left = 2;
        await using (var publisher = new EventPublisher(log, (_, _) => Task.FromResult(--left == 0)))
        {
            foreach (var (type, video) in new[] { ("video-claimed", "a-1"), (JobEventTypes.VideoCompleted, "a-1"), ("video-claimed", "a-2"), (JobEventTypes.VideoDead, "a-2") })
                publisher.Tell("a", new JobEvent(type, DateTimeOffset.UnixEpoch, video));
        }

        Assert.Equal(["video-claimed", "video-completed", "video-claimed", "video-dead", "job-over"], await ReadAsync(log, 5));
    }

    [Fact]
    public async Task An_event_that_cannot_be_written_costs_nothing_but_itself()
    {
        var log = new InMemoryProgressLog();
        var failing = new FailingLog(log) { FailNext = true };
        await using (var publisher = new EventPublisher(failing, (_, _) => Task.FromResult(false)))
        {
            publisher.Tell("a", new JobEvent("lost", DateTimeOffset.UnixEpoch));
            publisher.Tell("a", new JobEvent("kept", DateTimeOffset.UnixEpoch));
        }

        Assert.Equal(["kept"], await ReadAsync(log, 1));
    }

    [Fact]
    public async Task After_closing_nothing_is_written()
    {
        var log = new InMemoryProgressLog();
        var publisher = new EventPublisher(log, (_, _) => Task.FromResult(false));
        publisher.Tell("a", new JobEvent("before", DateTimeOffset.UnixEpoch));
        await publisher.DisposeAsync();
        publisher.Tell("a", new JobEvent("after", DateTimeOffset.UnixEpoch));
        await publisher.DisposeAsync();
        await log.PublishEventAsync("a", new JobEvent("ours", DateTimeOffset.UnixEpoch), Stop);
        Assert.Equal(["before", "ours"], await ReadAsync(log, 2));
    }

    private static async Task<List<string>> ReadAsync(IProgressLog log, int count)
    {
        var types = new List<string>();
        await foreach (var happened in log.ReadEventsAsync("a", afterId: null, Stop))
        {
            types.Add(happened.Event.Type);
            if (types.Count == count) break;
        }

        return types;
    }

    private sealed class FailingLog(IProgressLog inner) : IProgressLog
    {
        public bool FailNext { get; set; }

        public Task ReportAsync(VideoProgress progress, CancellationToken cancellationToken) => inner.ReportAsync(progress, cancellationToken);

        public Task<VideoProgress?> ReadVideoAsync(string videoId, CancellationToken cancellationToken) => inner.ReadVideoAsync(videoId, cancellationToken);

        public Task<JobProgress?> ReadJobAsync(string jobId, CancellationToken cancellationToken) => inner.ReadJobAsync(jobId, cancellationToken);

        public Task<string> PublishEventAsync(string jobId, JobEvent happened, CancellationToken cancellationToken)
        {
            if (!FailNext) return inner.PublishEventAsync(jobId, happened, cancellationToken);
            FailNext = false;
            return Task.FromException<string>(new TimeoutException("by the test"));
        }

        public IAsyncEnumerable<StoredJobEvent> ReadEventsAsync(string jobId, string? afterId, CancellationToken cancellationToken) => inner.ReadEventsAsync(jobId, afterId, cancellationToken);

        public Task ForgetEventsAsync(string jobId, CancellationToken cancellationToken) => inner.ForgetEventsAsync(jobId, cancellationToken);
    }
}
