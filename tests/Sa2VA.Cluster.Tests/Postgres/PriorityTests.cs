using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Transport;
using static Sa2VA.Cluster.Videos.VideoEvent;

namespace Sa2VA.Cluster.Tests.Postgres;

/// <summary>Work that waits changes its queue, and what is left behind in the old one stands for nothing.</summary>
public sealed class PriorityTests(DatabaseFixture server) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;

    private PostgresJobStore _jobs = null!;
    private PostgresJournal _journal = null!;
    private string _job = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.EmptyAsync();
        _jobs = new PostgresJobStore(server.Database);
        _journal = new PostgresJournal(server.Database, new VideoProjection());
        _job = (await _jobs.SubmitAsync(Some.Job with { Priority = WorkPriority.Low }, Some.Videos(3), Stop)).JobId;
    }

    public ValueTask DisposeAsync() => default;

    [Fact]
    public async Task What_was_not_sent_yet_is_sent_to_the_new_queue_only()
    {
        Assert.Equal(3, await _jobs.PrioritizeAsync(_job, videoId: null, WorkPriority.High, Stop));
        var sent = await PumpAsync();
        Assert.Equal([.. Enumerable.Range(1, 3).Select(n => (Id(n), WorkPriority.High))], sent.Select(item => (item.VideoId, item.Priority)));
        foreach (var item in sent) Assert.Equal(AttemptVerdict.Go, await TakeAsync(item));
        Assert.Equal(WorkPriority.High, (await _jobs.FindJobAsync(_job, Stop))!.Request.Priority);
        Assert.Equal(WorkPriority.High, (await _jobs.FindVideoAsync(Id(2), Stop))!.Priority);
    }

    [Fact]
    public async Task A_message_that_is_left_in_the_old_queue_is_forgotten_whichever_comes_first()
    {
        var old = await PumpAsync();
        Assert.Equal(3, await _jobs.PrioritizeAsync(_job, videoId: null, WorkPriority.High, Stop));
        var moved = await PumpAsync();
        Assert.Equal(3, moved.Count);
        Assert.Equal(AttemptVerdict.Forget, await TakeAsync(old[0]));
        Assert.Equal(AttemptVerdict.Go, await TakeAsync(moved[0]));
        Assert.Equal(AttemptVerdict.Go, await TakeAsync(moved[1]));
        Assert.Equal(AttemptVerdict.Forget, await TakeAsync(old[1]));
        // Work whose node died comes again, and counts.
        Assert.Equal(AttemptVerdict.Go, await TakeAsync(moved[1]));
    }

    [Fact]
    public async Task Back_and_forth_leaves_one_message_that_counts()
    {
        var first = await PumpAsync();
        await _jobs.PrioritizeAsync(_job, Id(1), WorkPriority.High, Stop);
        var second = Assert.Single(await PumpAsync());
        await _jobs.PrioritizeAsync(_job, Id(1), WorkPriority.Low, Stop);
        var third = Assert.Single(await PumpAsync());
        AttemptVerdict[] verdicts = [await TakeAsync(first[0]), await TakeAsync(second), await TakeAsync(third)];
        Assert.Equal([AttemptVerdict.Forget, AttemptVerdict.Forget, AttemptVerdict.Go], verdicts);
        Assert.Equal(0, await _jobs.PrioritizeAsync(_job, Id(1), WorkPriority.Normal, Stop));
    }

    [Fact]
    public async Task What_a_node_has_in_hand_goes_to_the_new_queue_when_it_is_handed_over()
    {
        var item = (await PumpAsync())[0];
        await TakeAsync(item);
        await VideoProjectionTests.AppendAsync(_journal, item.VideoId, new VideoClaimed(1, "n", At));
        Assert.Equal(0, await _jobs.PrioritizeAsync(_job, item.VideoId, WorkPriority.High, Stop));
        // The node has nothing to publish: its continuation is in the outbox.
        Assert.Null(await _jobs.EndAttemptAsync(item.VideoId, "n", Stop));
        var next = Assert.Single(await PumpAsync());
        Assert.Equal((item.VideoId, WorkPriority.High), (next.VideoId, next.Priority));
        Assert.Equal(AttemptVerdict.Go, await TakeAsync(next));
        Assert.Equal(VideoState.Waiting, await _jobs.EndAttemptAsync(item.VideoId, "n", Stop));
    }

    [Fact]
    public async Task A_node_that_works_on_a_video_drops_the_message_that_was_left_behind()
    {
        var old = (await PumpAsync())[0];
        await _jobs.PrioritizeAsync(_job, old.VideoId, WorkPriority.High, Stop);
        var moved = Assert.Single(await PumpAsync());
        await TakeAsync(moved);
        Assert.False(await _jobs.ForgetMessageAsync(moved, Stop));
        Assert.True(await _jobs.ForgetMessageAsync(old, Stop));
        Assert.False(await _jobs.ForgetMessageAsync(old, Stop));
    }

    [Fact]
    public async Task What_is_held_back_is_released_into_the_new_queue()
    {
        var item = (await PumpAsync())[0];
        await _jobs.HoldAsync(_job, item.VideoId, Stop);
        await _jobs.PrioritizeAsync(_job, item.VideoId, WorkPriority.High, Stop);
        Assert.Equal(AttemptVerdict.Forget, await TakeAsync(item));
        Assert.Equal(1, await _jobs.ReleaseAsync(_job, item.VideoId, Stop));
        Assert.Equal(WorkPriority.High, Assert.Single(await PumpAsync()).Priority);
    }

    [Fact]
    public async Task A_job_under_its_key_stays_the_same_job()
    {
        var request = Some.Job with { Key = "k", Priority = WorkPriority.Low };
        var known = await _jobs.SubmitAsync(request, Some.Videos(1), Stop);
        await _jobs.PrioritizeAsync(known.JobId, videoId: null, WorkPriority.High, Stop);
        Assert.Equal(known with { IsNew = false }, await _jobs.SubmitAsync(request, Some.Videos(1), Stop));
    }

    [Fact]
    public async Task The_time_that_work_takes_is_counted()
    {
        await VideoProjectionTests.AppendAsync(_journal, Id(1), new VideoClaimed(1, "n", At), new VideoProbed(new VideoFacts(4, 4, 50, 25, 2, "h264"), At));
        await server.RunAsync("UPDATE videos SET worked_since = worked_since - interval '10 s' WHERE number = 1");
        await VideoProjectionTests.AppendAsync(_journal, Id(1), new VideoCompleted(["c"], At));
        var measured = Assert.Single(await _jobs.ListMeasuredAsync(Some.Job.Model, 10, Stop));
        Assert.Equal((50L, 16L), (measured.Frames, measured.Pixels));
        Assert.InRange(measured.Seconds, 10, 20);
    }

    private string Id(int number) => $"{_job}-{number}";

    private async Task<AttemptVerdict> TakeAsync(WorkItem item) => (await _jobs.BeginAttemptAsync(item, "n", maxAttempts: 5, Stop)).Verdict;

    private async Task<IReadOnlyList<WorkItem>> PumpAsync()
    {
        var sent = new System.Collections.Concurrent.ConcurrentBag<WorkItem>();
        await _jobs.PumpOutboxAsync(100, (item, _) =>
        {
            sent.Add(item);
            return default;
        }, Stop);
        return [.. sent.OrderBy(item => item.VideoId, StringComparer.Ordinal)];
    }
}
