using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;
using static Sa2VA.Cluster.Videos.VideoEvent;

namespace Sa2VA.Cluster.Tests.Postgres;

/// <summary>What nodes are told, and what holding, burying and retrying do to it.</summary>
public sealed class AttemptTests(DatabaseFixture server) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private const int Max = 3;

    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;

    private PostgresJobStore _jobs = null!;
    private PostgresJournal _journal = null!;
    private string _job = "";
    private string _video = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.EmptyAsync();
        _jobs = new PostgresJobStore(server.Database);
        _journal = new PostgresJournal(server.Database, new VideoProjection());
        _job = (await _jobs.SubmitAsync(Some.Job with { KeyFrames = 7 }, Some.Videos(3), Stop)).JobId;
        _video = $"{_job}-1";
        await server.RunAsync("DELETE FROM outbox");
    }

    public ValueTask DisposeAsync() => default;

    [Fact]
    public async Task A_waiting_video_is_begun_with_its_job()
    {
        var attempt = await _jobs.BeginAttemptAsync(_video, "n", Max, Stop);
        Assert.Equal((AttemptVerdict.Go, 7, _video, 1), (attempt.Verdict, attempt.Job!.KeyFrames, attempt.Video!.VideoId, attempt.Video.Attempts));
    }

    [Theory]
    [InlineData("unknown-1")]
    [InlineData("nothing")]
    public async Task A_video_that_is_unknown_is_forgotten(string id)
        => Assert.Equal(new Attempt(AttemptVerdict.Forget, Job: null, Video: null), await _jobs.BeginAttemptAsync(id, "n", Max, Stop));

    [Fact]
    public async Task Attempts_that_end_without_a_word_are_counted_until_they_are_too_many()
    {
        for (var i = 0; i < Max; i++) Assert.Equal(AttemptVerdict.Go, (await _jobs.BeginAttemptAsync(_video, $"n{i}", Max, Stop)).Verdict);
        var last = await _jobs.BeginAttemptAsync(_video, "n", Max, Stop);
        Assert.Equal((AttemptVerdict.TooMany, Max), (last.Verdict, last.Video!.Attempts));
    }

    [Fact]
    public async Task An_attempt_that_ends_in_good_order_forgives_the_earlier_ones()
    {
        await _jobs.BeginAttemptAsync(_video, "a", Max, Stop);
        await _jobs.BeginAttemptAsync(_video, "b", Max, Stop);
        Assert.Equal(VideoState.Waiting, await _jobs.EndAttemptAsync(_video, "b", Stop));
        Assert.Equal(1, (await _jobs.BeginAttemptAsync(_video, "a", Max, Stop)).Video!.Attempts);
    }

    [Fact]
    public async Task An_attempt_that_gets_further_than_the_last_one_forgives_all_but_itself()
    {
        for (var i = 0; i < Max; i++) await _jobs.BeginAttemptAsync(_video, "n", Max, Stop);
        await VideoProjectionTests.AppendAsync(_journal, _video, new TrackingCheckpointed(TrackingPoint.At(64), At));
        Assert.Equal(1, (await _jobs.FindVideoAsync(_video, Stop))!.Attempts);

        Assert.Equal(2, (await _jobs.BeginAttemptAsync(_video, "n", Max, Stop)).Video!.Attempts);
        // The same step again is no progress.
        await VideoProjectionTests.AppendAsync(_journal, _video, new TrackingCheckpointed(TrackingPoint.At(64), At));
        Assert.Equal(2, (await _jobs.FindVideoAsync(_video, Stop))!.Attempts);
    }

    [Fact]
    public async Task A_node_that_was_replaced_forgives_nothing()
    {
        await _jobs.BeginAttemptAsync(_video, "a", Max, Stop);
        await _jobs.BeginAttemptAsync(_video, "b", Max, Stop);
        Assert.Null(await _jobs.EndAttemptAsync(_video, "a", Stop));
        Assert.Equal(2, (await _jobs.FindVideoAsync(_video, Stop))!.Attempts);
    }

    [Fact]
    public async Task An_attempt_whose_answer_was_lost_is_counted_once()
    {
        await using var wire = new FaultyWire(server.Endpoint);
        await using var database = await server.OpenAnotherAsync(endpoint: wire.Endpoint);
        var jobs = new PostgresJobStore(database);
        await jobs.FindVideoAsync(_video, Stop);

        var lost = wire.LoseNextAnswer();
        var attempt = jobs.BeginAttemptAsync(_video, "n", Max, Stop);
        await lost;
        await wire.Refused.WaitAsync(Stop);
        wire.Accept();

        Assert.Equal((AttemptVerdict.Go, 1), ((await attempt).Verdict, (await attempt).Video!.Attempts));
    }

    [Fact]
    public async Task At_the_end_of_a_slice_a_running_video_waits_again()
    {
        await RunAsync(_video);
        Assert.Equal(VideoState.Running, await StateAsync(_video));
        Assert.Equal(VideoState.Waiting, await _jobs.EndAttemptAsync(_video, "n", Stop));
        Assert.Equal(VideoState.Waiting, await StateAsync(_video));
        // Again, as after a lost answer.
        Assert.Equal(VideoState.Waiting, await _jobs.EndAttemptAsync(_video, "n", Stop));
    }

    [Fact]
    public async Task A_video_that_is_over_stays_so_and_is_forgotten()
    {
        await RunAsync(_video);
        await VideoProjectionTests.AppendAsync(_journal, _video, new VideoCompleted([], At));
        Assert.Equal(VideoState.Completed, await _jobs.EndAttemptAsync(_video, "n", Stop));
        Assert.Equal(AttemptVerdict.Forget, (await _jobs.BeginAttemptAsync(_video, "n", Max, Stop)).Verdict);
    }

    [Fact]
    public async Task A_note_says_why_an_attempt_stopped_until_the_next_owner_begins()
    {
        await _jobs.BeginAttemptAsync(_video, "n", Max, Stop);
        await _jobs.NoteFailureAsync(_video, "the disk\0 is full", Stop);
        Assert.Equal(("the disk\ufffd is full", 1), ((await _jobs.FindVideoAsync(_video, Stop))!.Error, (await _jobs.FindVideoAsync(_video, Stop))!.Attempts));
        await RunAsync(_video);
        Assert.Null((await _jobs.FindVideoAsync(_video, Stop))!.Error);
    }

    [Fact]
    public async Task A_buried_video_is_dead_with_its_reason_and_can_be_retried()
    {
        await RunAsync(_video);
        await _jobs.BuryAsync(_video, "it took down five", Stop);
        var dead = (await _jobs.FindVideoAsync(_video, Stop))!;
        Assert.Equal((VideoState.Dead, "it took down five"), (dead.State, dead.Error));
        Assert.Equal(AttemptVerdict.Forget, (await _jobs.BeginAttemptAsync(_video, "n", Max, Stop)).Verdict);

        Assert.Equal(1, await _jobs.RetryAsync(_job, _video, Stop));
        var woken = (await _jobs.FindVideoAsync(_video, Stop))!;
        Assert.Equal((VideoState.Waiting, 0, null), (woken.State, woken.Attempts, woken.Error));
        Assert.Equal([_video], await PumpAsync());
        Assert.Equal(AttemptVerdict.Go, (await _jobs.BeginAttemptAsync(_video, "n", Max, Stop)).Verdict);
    }

    [Fact]
    public async Task A_video_that_is_over_is_not_buried()
    {
        await VideoProjectionTests.AppendAsync(_journal, _video, new VideoCompleted([], At));
        await _jobs.BuryAsync(_video, "too late", Stop);
        Assert.Equal(VideoState.Completed, await StateAsync(_video));
    }

    [Fact]
    public async Task Retrying_a_job_wakes_what_failed_or_died_and_nothing_else()
    {
        await VideoProjectionTests.AppendAsync(_journal, _video, new VideoFailed(new RunFailure(RunFailureKind.Media, "m", null), At));
        await _jobs.BuryAsync($"{_job}-2", "r", Stop);
        await VideoProjectionTests.AppendAsync(_journal, $"{_job}-3", new VideoCompleted([], At));

        Assert.Equal(2, await _jobs.RetryAsync(_job, videoId: null, Stop));
        Assert.Equal([_video, $"{_job}-2"], await PumpAsync());
        var counts = (await _jobs.FindJobAsync(_job, Stop))!.ByState;
        Assert.Equal((2L, 1L, 0L, 0L), (counts[VideoState.Waiting], counts[VideoState.Completed], counts[VideoState.Failed], counts[VideoState.Dead]));
        Assert.Equal(0, await _jobs.RetryAsync(_job, videoId: null, Stop));
        Assert.Equal(0, await _jobs.RetryAsync("another", _video, Stop));
    }

    [Fact]
    public async Task A_held_job_begins_nothing_and_goes_on_when_it_is_released()
    {
        Assert.True(await _jobs.HoldAsync(_job, videoId: null, Stop));
        Assert.True((await _jobs.FindJobAsync(_job, Stop))!.IsHeld);
        Assert.True(await _jobs.IsHeldAsync(_video, Stop));
        Assert.Equal(AttemptVerdict.Forget, (await _jobs.BeginAttemptAsync(_video, "n", Max, Stop)).Verdict);
        Assert.Equal(VideoState.Paused, await StateAsync(_video));

        // Only the one whose message is used up gets a new one.
        Assert.Equal(1, await _jobs.ReleaseAsync(_job, videoId: null, Stop));
        Assert.Equal([_video], await PumpAsync());
        Assert.False((await _jobs.FindJobAsync(_job, Stop))!.IsHeld);
        Assert.Equal(AttemptVerdict.Go, (await _jobs.BeginAttemptAsync(_video, "n", Max, Stop)).Verdict);
        Assert.False(await _jobs.HoldAsync("unknown", videoId: null, Stop));
    }

    [Fact]
    public async Task A_running_video_of_a_held_job_is_paused_at_the_end_of_its_attempt()
    {
        await RunAsync(_video);
        await _jobs.HoldAsync(_job, videoId: null, Stop);
        Assert.Equal(VideoState.Running, await StateAsync(_video));
        Assert.Equal(VideoState.Paused, await _jobs.EndAttemptAsync(_video, "n", Stop));
        Assert.Equal(1, (await _jobs.FindJobAsync(_job, Stop))!.ByState[VideoState.Paused]);
    }

    [Fact]
    public async Task One_video_can_be_held_and_released_by_itself()
    {
        Assert.True(await _jobs.HoldAsync(_job, _video, Stop));
        Assert.Equal((true, false, false), (await _jobs.IsHeldAsync(_video, Stop), await _jobs.IsHeldAsync($"{_job}-2", Stop), await _jobs.IsHeldAsync("unknown-1", Stop)));
        Assert.Equal(VideoState.Paused, await StateAsync(_video));
        Assert.Equal(AttemptVerdict.Forget, (await _jobs.BeginAttemptAsync(_video, "n", Max, Stop)).Verdict);
        Assert.Equal(AttemptVerdict.Go, (await _jobs.BeginAttemptAsync($"{_job}-2", "n", Max, Stop)).Verdict);
        Assert.Equal(1, await _jobs.ReleaseAsync(_job, _video, Stop));
        Assert.Equal([_video], await PumpAsync());
        Assert.Equal(AttemptVerdict.Go, (await _jobs.BeginAttemptAsync(_video, "n", Max, Stop)).Verdict);
        Assert.False(await _jobs.HoldAsync(_job, "unknown-1", Stop));
    }

    [Fact]
    public async Task A_running_video_that_is_held_is_paused_at_the_end_and_one_that_is_released_before_is_not()
    {
        await RunAsync(_video);
        await RunAsync($"{_job}-2");
        await _jobs.HoldAsync(_job, _video, Stop);
        await _jobs.HoldAsync(_job, $"{_job}-2", Stop);
        await _jobs.ReleaseAsync(_job, $"{_job}-2", Stop);
        Assert.Equal(VideoState.Paused, await _jobs.EndAttemptAsync(_video, "n", Stop));
        Assert.Equal(VideoState.Waiting, await _jobs.EndAttemptAsync($"{_job}-2", "n", Stop));
    }

    [Fact]
    public async Task Holding_and_releasing_at_the_same_time_as_beginning_leaves_no_video_behind()
    {
        var job = (await _jobs.SubmitAsync(Some.Job, Some.Videos(60), Stop)).JobId;
        await PumpAsync();
        // Each message is consumed once; a video is either begun, or paused and woken by the release that comes last.
        await Task.WhenAll(
            Parallel.ForEachAsync(Enumerable.Range(1, 60), new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = Stop },
                async (n, _) => await _jobs.BeginAttemptAsync($"{job}-{n}", "n", Max, Stop)),
            Task.Run(async () =>
            {
                for (var i = 0; i < 8; i++)
                {
                    await _jobs.HoldAsync(job, videoId: null, Stop);
                    await _jobs.ReleaseAsync(job, videoId: null, Stop);
                }
            }, Stop));

        var begun = await server.AskAsync<long>($"SELECT count(*) FROM videos WHERE job_id = '{job}' AND attempts = 1 AND state = 'waiting'");
        var woken = (await PumpAsync()).Count;
        Assert.Equal(60, begun + woken);
        Assert.Empty(await _jobs.ListVideosAsync(job, VideoState.Paused, after: null, limit: 100, Stop));
    }

    [Fact]
    public async Task Silent_videos_are_those_that_nothing_will_wake()
    {
        await RunAsync(_video);
        await VideoProjectionTests.AppendAsync(_journal, $"{_job}-2", new VideoCompleted([], At));
        // The third waits in the outbox.
        await _jobs.BuryAsync($"{_job}-3", "r", Stop);
        await _jobs.RetryAsync(_job, $"{_job}-3", Stop);
        var later = (await _jobs.FindVideoAsync($"{_job}-3", Stop))!.UpdatedAt.AddSeconds(1);

        Assert.Equal([_video], (await _jobs.ListSilentAsync(later, limit: 10, Stop)).Select(v => v.VideoId));
        Assert.Empty(await _jobs.ListSilentAsync((await _jobs.FindVideoAsync(_video, Stop))!.UpdatedAt, limit: 10, Stop));

        await PumpAsync();
        Assert.Equal([_video, $"{_job}-3"], (await _jobs.ListSilentAsync(later, limit: 10, Stop)).Select(v => v.VideoId));
        await _jobs.HoldAsync(_job, videoId: null, Stop);
        Assert.Empty(await _jobs.ListSilentAsync(later, limit: 10, Stop));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_happens_the_counters_are_those_of_the_rows(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 120; i++)
        {
            var id = $"{_job}-{random.Next(1, 4)}";
            await (random.Next(12) switch
            {
                0 => _jobs.BeginAttemptAsync(id, "n", Max, Stop),
                1 => _jobs.EndAttemptAsync(id, "n", Stop),
                2 => _jobs.BuryAsync(id, "r", Stop),
                3 => _jobs.RetryAsync(_job, random.Next(2) == 0 ? id : null, Stop),
                4 => _jobs.HoldAsync(_job, random.Next(2) == 0 ? id : null, Stop),
                5 => _jobs.ReleaseAsync(_job, random.Next(2) == 0 ? id : null, Stop),
                6 => VideoProjectionTests.AppendAsync(_journal, id, new VideoFailed(new RunFailure(RunFailureKind.Media, "m", null), At)),
                7 => VideoProjectionTests.AppendAsync(_journal, id, new VideoCompleted([], At)),
                8 => VideoProjectionTests.AppendAsync(_journal, id, new VideoCancelled("c", At)),
                _ => RunAsync(id),
            });
        }

        var counts = (await _jobs.FindJobAsync(_job, Stop))!.ByState;
        var rows = (await _jobs.ListVideosAsync(_job, state: null, after: null, limit: 10, Stop)).GroupBy(v => v.State).ToDictionary(g => g.Key, g => (long)g.Count());
        Assert.All(Enum.GetValues<VideoState>(), state => Assert.Equal(rows.GetValueOrDefault(state), counts[state]));
    }

    private async Task RunAsync(string id)
    {
        await _jobs.BeginAttemptAsync(id, "n", int.MaxValue, Stop);
        await VideoProjectionTests.AppendAsync(_journal, id, new VideoClaimed(1, "n", At));
    }

    private async Task<VideoState> StateAsync(string id) => (await _jobs.FindVideoAsync(id, Stop))!.State;

    private async Task<List<string>> PumpAsync()
    {
        var published = new System.Collections.Concurrent.ConcurrentBag<string>();
        await _jobs.PumpOutboxAsync(1000, (item, _) =>
        {
            published.Add(item.VideoId);
            return default;
        }, Stop);
        return [.. published.Order(StringComparer.Ordinal)];
    }
}
