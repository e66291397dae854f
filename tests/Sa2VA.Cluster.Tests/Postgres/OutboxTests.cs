using System.Collections.Concurrent;
using System.Diagnostics;
using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Postgres;

public sealed class OutboxTests(DatabaseFixture server) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private PostgresJobStore _jobs = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.EmptyAsync();
        _jobs = new PostgresJobStore(server.Database);
    }

    public ValueTask DisposeAsync() => default;

    [Fact]
    public async Task Each_video_gets_one_message_that_carries_ids_only()
    {
        using var activity = StartSpan(ActivityTraceFlags.Recorded);
        var job = (await _jobs.SubmitAsync(Some.Job with { Priority = WorkPriority.High }, Some.Videos(2), Stop)).JobId;
        var published = new ConcurrentBag<WorkItem>();
        Assert.Equal(2, await PumpAsync(10, published));
        Assert.Equal(
            [new WorkItem($"{job}-1", WorkPriority.High, WorkKind.Video, activity.Id), new WorkItem($"{job}-2", WorkPriority.High, WorkKind.Video, activity.Id)],
            published.OrderBy(i => i.VideoId, StringComparer.Ordinal));
        Assert.Equal(0, await PumpAsync(10, published));
    }

    [Theory]
    [InlineData(100, ActivityTraceFlags.Recorded, true)]
    [InlineData(101, ActivityTraceFlags.Recorded, false)]
    [InlineData(2, ActivityTraceFlags.None, false)]
    public async Task Videos_belong_to_the_trace_of_their_submission_when_they_are_few_and_it_is_recorded(int videos, ActivityTraceFlags flags, bool belong)
    {
        using var activity = StartSpan(flags);
        await _jobs.SubmitAsync(Some.Job, Some.Videos(videos), Stop);
        var published = new ConcurrentBag<WorkItem>();
        Assert.Equal(videos, await PumpAsync(200, published));
        Assert.All(published, item => Assert.Equal(belong ? activity.Id : null, item.TraceParent));
    }

    [Fact]
    public async Task Urgent_messages_go_first_and_then_the_oldest()
    {
        var low = (await _jobs.SubmitAsync(Some.Job with { Priority = WorkPriority.Low }, Some.Videos(1), Stop)).JobId;
        var first = (await _jobs.SubmitAsync(Some.Job, Some.Videos(2), Stop)).JobId;
        var second = (await _jobs.SubmitAsync(Some.Job, Some.Videos(1), Stop)).JobId;
        var high = (await _jobs.SubmitAsync(Some.Job with { Priority = WorkPriority.High }, Some.Videos(1), Stop)).JobId;
        var order = new List<string>();
        for (var left = 5; left > 0; left--)
        {
            await _jobs.PumpOutboxAsync(1, (item, _) =>
            {
                order.Add(item.VideoId);
                return default;
            }, Stop);
        }

        Assert.Equal([$"{high}-1", $"{first}-1", $"{first}-2", $"{second}-1", $"{low}-1"], order);
    }

    [Fact]
    public async Task Pumps_that_work_at_the_same_time_publish_each_message_once()
    {
        await _jobs.SubmitAsync(Some.Job, Some.Videos(300), Stop);
        await using var other = await server.OpenAnotherAsync();
        var published = new ConcurrentBag<WorkItem>();
        await Task.WhenAll(new[] { _jobs, new PostgresJobStore(other), _jobs }.Select(async jobs =>
        {
            var more = true;
            while (more) more = await PumpAsync(25, published, jobs) > 0;
        }));
        Assert.Equal(300, published.Count);
        Assert.Equal(300, published.Select(i => i.VideoId).Distinct().Count());
        Assert.Equal(0, await server.AskAsync<long>("SELECT count(*) FROM outbox"));
    }

    [Fact]
    public async Task What_another_pump_has_in_hand_is_passed_by()
    {
        await _jobs.SubmitAsync(Some.Job, Some.Videos(2), Stop);
        var inHand = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var slow = _jobs.PumpOutboxAsync(1, async (_, stop) =>
        {
            inHand.SetResult();
            await goOn.Task.WaitAsync(stop);
        }, Stop);
        await inHand.Task;

        var published = new ConcurrentBag<WorkItem>();
        Assert.Equal(1, await PumpAsync(10, published));
        Assert.Equal(0, await PumpAsync(10, published));
        goOn.SetResult();
        Assert.Equal(1, await slow);
    }

    [Fact]
    public async Task Messages_that_could_not_be_published_stay()
    {
        var job = (await _jobs.SubmitAsync(Some.Job, Some.Videos(5), Stop)).JobId;
        var failure = await Assert.ThrowsAsync<IOException>(() => _jobs.PumpOutboxAsync(
            10, (item, _) => item.VideoId == $"{job}-3" ? throw new IOException("the broker is away") : default, Stop));
        Assert.Equal("the broker is away", failure.Message);

        var published = new ConcurrentBag<WorkItem>();
        await PumpAsync(10, published);
        Assert.Contains(published, item => item.VideoId == $"{job}-3");
        Assert.Equal(0, await server.AskAsync<long>("SELECT count(*) FROM outbox"));
    }

    [Fact]
    public async Task A_pump_that_is_stopped_removes_what_the_broker_has()
    {
        await _jobs.SubmitAsync(Some.Job, Some.Videos(1), Stop);
        using var stop = new CancellationTokenSource();
        var published = 0;
        await _jobs.PumpOutboxAsync(10, async (_, _) =>
        {
            published++;
            await stop.CancelAsync();
        }, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Equal((1, 0L), (published, await server.AskAsync<long>("SELECT count(*) FROM outbox")));
    }

    private Task<int> PumpAsync(int limit, ConcurrentBag<WorkItem> published, PostgresJobStore? jobs = null)
        => (jobs ?? _jobs).PumpOutboxAsync(limit, (item, _) =>
        {
            published.Add(item);
            return default;
        }, Stop);

    private static Activity StartSpan(ActivityTraceFlags flags)
    {
        var activity = new Activity("submit").SetIdFormat(ActivityIdFormat.W3C);
        activity.ActivityTraceFlags = flags;
        return activity.Start();
    }
}
