using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Tests.Progress;

/// <summary>What every progress log promises. A test class per adapter derives from it; each keeps about 50 events of a job.</summary>
public abstract class ProgressLogConformance
{
    protected static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, 250, TimeSpan.Zero);

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract IProgressLog Log { get; }

    [Fact]
    public async Task The_last_report_of_a_video_comes_back()
    {
        Assert.Null(await Log.ReadVideoAsync("job-1-000001", Stop));
        var report = Report("job-1-000001", done: 64) with { FramesPerSecond = 12.375, Message = "with a line: \"für Leute\"" };
        await Log.ReportAsync(report, Stop);
        Assert.Equal(report, await Log.ReadVideoAsync("job-1-000001", Stop));
        var next = Report("job-1-000001", done: 128) with { Stage = ProgressStage.LoadingModel, FramesTotal = null, UpdatedAt = Noon.AddSeconds(1) };
        await Log.ReportAsync(next, Stop);
        Assert.Equal(next, await Log.ReadVideoAsync("job-1-000001", Stop));
    }

    [Fact]
    public async Task Events_that_are_forgotten_are_gone()
    {
        await Log.PublishEventAsync("job-1", new JobEvent("secret", Noon), Stop);
        await Log.ForgetEventsAsync("job-1", Stop);
        await Log.ForgetEventsAsync("job-2", Stop);
        await Log.PublishEventAsync("job-1", new JobEvent("news", Noon), Stop);
        await foreach (var stored in Log.ReadEventsAsync("job-1", afterId: null, TimeSpan.FromMilliseconds(50), Stop))
        {
            Assert.Equal("news", stored.Event.Type);
            break;
        }
    }

    [Fact]
    public async Task Every_stage_comes_back()
    {
        foreach (var stage in Enum.GetValues<ProgressStage>())
        {
            await Log.ReportAsync(Report("job-1-000001", done: 1) with { Stage = stage }, Stop);
            Assert.Equal(stage, (await Log.ReadVideoAsync("job-1-000001", Stop))!.Stage);
            Assert.Equal([stage], (await Log.ReadJobAsync("job-1", Stop))!.ByStage.Keys);
        }
    }

    [Fact]
    public async Task A_replaced_owner_cannot_report()
    {
        await Log.ReportAsync(Report("job-1-000001", done: 64, epoch: 2), Stop);
        var fenced = await Assert.ThrowsAsync<FencedException>(() => Log.ReportAsync(Report("job-1-000001", done: 128, epoch: 1) with { UpdatedAt = Noon.AddHours(1) }, Stop));
        Assert.Equal(2, fenced.CurrentEpoch);
        Assert.Equal(64, (await Log.ReadVideoAsync("job-1-000001", Stop))!.FramesDone);
        // The clock of a new owner may be behind.
        await Log.ReportAsync(Report("job-1-000001", done: 32, epoch: 3) with { UpdatedAt = Noon.AddHours(-1) }, Stop);
        Assert.Equal(32, (await Log.ReadVideoAsync("job-1-000001", Stop))!.FramesDone);
    }

    [Fact]
    public async Task A_report_that_was_held_up_changes_nothing()
    {
        await Log.ReportAsync(Report("job-1-000001", done: 128) with { UpdatedAt = Noon.AddSeconds(2) }, Stop);
        await Log.ReportAsync(Report("job-1-000001", done: 64), Stop);
        Assert.Equal(128, (await Log.ReadVideoAsync("job-1-000001", Stop))!.FramesDone);
        Assert.Equal(128, (await Log.ReadJobAsync("job-1", Stop))!.FramesDone);
    }

    [Fact]
    public async Task A_job_is_the_sum_of_the_last_reports_of_its_videos()
    {
        Assert.Null(await Log.ReadJobAsync("job-1", Stop));
        await Log.ReportAsync(Report("job-1-000001", done: 64) with { FramesPerSecond = 10.1 }, Stop);
        await Log.ReportAsync(Report("job-1-000002", done: 0) with { Stage = ProgressStage.Probing, FramesTotal = null, FramesPerSecond = 0 }, Stop);
        await Log.ReportAsync(Report("job-12-000001", done: 5), Stop);
        await Log.ReportAsync(Report("job-1-000002", done: 10, epoch: 2) with { FramesTotal = 20, FramesPerSecond = 0.2, UpdatedAt = Noon.AddMinutes(1) }, Stop);
        await Log.ReportAsync(Report("job-1-000001", done: 100) with { Stage = ProgressStage.Completed, FramesPerSecond = 0 }, Stop);

        var job = (await Log.ReadJobAsync("job-1", Stop))!;
        Assert.Equal(("job-1", 2L, 110L, 120L, Noon.AddMinutes(1)), (job.JobId, job.Videos, job.FramesDone, job.FramesTotal, job.UpdatedAt));
        Assert.Equal(0.2, job.FramesPerSecond, 6);
        Assert.Equal([(ProgressStage.Tracking, 1), (ProgressStage.Completed, 1)], job.ByStage.Select(s => (s.Key, s.Value)).OrderBy(s => s.Key));
    }

    [Fact]
    public async Task Reports_at_the_same_time_add_up()
    {
        await Task.WhenAll(Enumerable.Range(1, 40).Select(n => Task.Run(
            async () =>
            {
                for (var i = 1; i <= 5; i++) await Log.ReportAsync(Report($"job-1-{n:D6}", done: i * n) with { UpdatedAt = Noon.AddSeconds(i) }, Stop);
            },
            Stop)));
        var job = (await Log.ReadJobAsync("job-1", Stop))!;
        Assert.Equal((40, Enumerable.Range(1, 40).Sum(n => 5 * n), 4000), (job.Videos, job.FramesDone, job.FramesTotal));
    }

    [Fact]
    public async Task Events_come_in_order_and_reading_goes_on_where_it_stopped()
    {
        await Log.PublishEventAsync("job-2", new JobEvent("job-submitted", Noon), Stop);
        var published = new List<JobEvent> { new("job-submitted", Noon), new("video-claimed", Noon, "job-1-000001"), new("video-failed", Noon, "job-1-000001", "{\"reason\": \"zu groß\"}") };
        foreach (var happened in published) await Log.PublishEventAsync("job-1", happened, Stop);
        var read = await TakeAsync("job-1", afterId: null, 3);
        Assert.Equal(published, read.Select(e => e.Event));
        Assert.Equal(published.Skip(1), (await TakeAsync("job-1", read[0].Id, 2)).Select(e => e.Event));
    }

    [Fact]
    public async Task A_reader_that_waits_hears_what_happens()
    {
        var reading = TakeAsync("job-1", afterId: null, 3);
        for (var i = 0; i < 3; i++) await Log.PublishEventAsync("job-1", new JobEvent($"event-{i}", Noon), Stop);
        Assert.Equal(["event-0", "event-1", "event-2"], (await reading).Select(e => e.Event.Type));
    }

    [Fact]
    public async Task Old_events_are_dropped_and_a_late_reader_gets_what_is_left()
    {
        var first = await Log.PublishEventAsync("job-1", new JobEvent("event-0", Noon), Stop);
        for (var i = 1; i < 400; i++) await Log.PublishEventAsync("job-1", new JobEvent($"event-{i}", Noon), Stop);
        // Trimming is approximate: whole nodes of a hundred entries.
        var kept = await TakeAsync("job-1", first, 50);
        Assert.NotEqual("event-1", kept[0].Event.Type);
        Assert.Equal(kept.Select(k => Number(k)), Enumerable.Range(Number(kept[0]), 50));

        static int Number(StoredJobEvent stored) => int.Parse(stored.Event.Type["event-".Length..]);
    }

    [Fact]
    public async Task Cancelling_ends_the_reading_without_an_exception()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await Log.PublishEventAsync("job-1", new JobEvent("event", Noon), Stop);
        var seen = 0;
        await foreach (var _ in Log.ReadEventsAsync("job-1", afterId: null, stop.Token))
        {
            seen++;
            await stop.CancelAsync();
        }

        Assert.Equal(1, seen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("latest")]
    [InlineData("1-2-3")]
    [InlineData("-5")]
    public void An_id_that_is_none_is_refused(string id)
        => Assert.Throws<ArgumentException>(() => Log.ReadEventsAsync("job-1", id, Stop));

    [Fact]
    public async Task Ids_of_jobs_and_videos_are_checked()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Log.ReportAsync(Report("a:b", done: 0), Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => Log.ReadVideoAsync("", Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => Log.ReadJobAsync("a b", Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => Log.PublishEventAsync("{a}", new JobEvent("x", Noon), Stop));
    }

    protected static VideoProgress Report(string videoId, int done, long epoch = 1)
        => new(videoId, epoch, ProgressStage.Tracking, done, 100, 10, "node-a", Noon);

    protected async Task<List<StoredJobEvent>> TakeAsync(string jobId, string? afterId, int count)
    {
        var events = new List<StoredJobEvent>();
        await foreach (var stored in Log.ReadEventsAsync(jobId, afterId, Stop))
        {
            events.Add(stored);
            if (events.Count == count) break;
        }

        return events;
    }
}
