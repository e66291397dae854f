using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Tests.Progress;

public sealed class ProgressReporterTests
{
    private readonly ManualTime _time = new();
    private readonly GatedLog _log = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_the_reports_that_wait_only_the_newest_of_a_video_is_written()
    {
        await using var reporter = new ProgressReporter(_log, time: _time);
        reporter.Report(Report("a", 1));
        await _log.Entered(1);
        foreach (var (id, done) in ((string, int)[])[("a", 2), ("b", 1), ("a", 3), ("b", 2), ("a", 4)]) reporter.Report(Report(id, done));
        _log.Open();
        await reporter.DisposeAsync();
        Assert.Equal([("a", 1), ("a", 4), ("b", 2)], _log.Written);
    }

    [Fact]
    public async Task Between_two_writes_there_is_a_pause()
    {
        _log.Open();
        await using var reporter = new ProgressReporter(_log, new ProgressReporterOptions { WritesPerSecond = 10 }, time: _time);
        reporter.Report(Report("a", 1));
        await _time.TimersAsync(1);
        reporter.Report(Report("b", 1));
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Equal([("a", 1)], _log.Written);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await _log.Entered(2);
        await _time.TimersAsync(1);
        Assert.Equal([("a", 1), ("b", 1)], _log.Written);
    }

    [Fact]
    public async Task A_report_that_fails_holds_up_nothing()
    {
        _log.Open();
        _log.FailOn = "a";
        await using var reporter = new ProgressReporter(_log, time: _time);
        reporter.Report(Report("a", 1));
        reporter.Report(Report("b", 1));
        await reporter.DisposeAsync();
        Assert.Equal([("b", 1)], _log.Written);
    }

    [Fact]
    public async Task Closing_does_not_wait_longer_than_the_grace()
    {
        var reporter = new ProgressReporter(_log, new ProgressReporterOptions { Grace = TimeSpan.FromMilliseconds(50) }, time: _time);
        reporter.Report(Report("a", 1));
        await _log.Entered(1);
        await reporter.DisposeAsync();
        reporter.Report(Report("b", 1));
        Assert.Empty(_log.Written);
    }

    [Fact]
    public async Task Beyond_the_capacity_the_oldest_is_dropped()
    {
        await using var reporter = new ProgressReporter(_log, new ProgressReporterOptions { Capacity = 2 }, time: _time);
        reporter.Report(Report("a", 1));
        await _log.Entered(1);
        foreach (var id in (string[])["b", "c", "d"]) reporter.Report(Report(id, 1));
        reporter.Report(Report("c", 2));
        _log.Open();
        await reporter.DisposeAsync();
        Assert.Equal([("a", 1), ("c", 2), ("d", 1)], _log.Written);
    }

    private static VideoProgress Report(string id, int done) => new(id, 1, ProgressStage.Tracking, done, 100, 10, "node", DateTimeOffset.UnixEpoch);

    /// <summary>Lets no report through before it is opened.</summary>
    private sealed class GatedLog : IProgressLog
    {
        private readonly Lock _gate = new();
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<(string, int)> _written = [];
        private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
        private int _entered;

        public string? FailOn { get; set; }

        public IReadOnlyList<(string, int)> Written
        {
            get
            {
                lock (_gate) return [.. _written];
            }
        }

        public void Open() => _open.TrySetResult();

        public Task Entered(int count)
        {
            lock (_gate)
            {
                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_entered >= count) reached.SetResult();
                else _waiters.Add((count, reached));
                return reached.Task.WaitAsync(Stop);
            }
        }

        public async Task ReportAsync(VideoProgress progress, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                _entered++;
                foreach (var waiter in _waiters.Where(w => w.Count <= _entered)) waiter.Reached.TrySetResult();
            }

            await _open.Task.WaitAsync(cancellationToken);
            if (progress.VideoId == FailOn) throw new InvalidOperationException("no");
            lock (_gate) _written.Add((progress.VideoId, progress.FramesDone));
        }

        public Task<VideoProgress?> ReadVideoAsync(string videoId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<JobProgress?> ReadJobAsync(string jobId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string> PublishEventAsync(string jobId, JobEvent happened, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<StoredJobEvent> ReadEventsAsync(string jobId, string? afterId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ForgetEventsAsync(string jobId, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
