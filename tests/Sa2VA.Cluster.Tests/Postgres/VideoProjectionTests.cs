using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;
using static Sa2VA.Cluster.Videos.VideoEvent;

namespace Sa2VA.Cluster.Tests.Postgres;

/// <summary>What a video's journal says is what its row and the job's counters say.</summary>
public sealed class VideoProjectionTests(DatabaseFixture server) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;

    private PostgresJobStore _jobs = null!;
    private PostgresJournal _journal = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.EmptyAsync();
        _jobs = new PostgresJobStore(server.Database);
        _journal = new PostgresJournal(server.Database, new VideoProjection());
    }

    public ValueTask DisposeAsync() => default;

    [Fact]
    public async Task A_life_of_a_video_shows_in_its_row()
    {
        var id = await SubmitAsync(Some.Video());
        await AppendAsync(_journal, id, new VideoClaimed(1, "node-1", At), Probed(100));
        Assert.Equal((VideoState.Running, 1L, "node-1", 0L, 100L), await RowAsync(id));

        await AppendAsync(_journal, id, new TrackingCheckpointed(TrackingPoint.At(64), At));
        Assert.Equal((VideoState.Running, 2L, "node-1", 64L, 100L), await RowAsync(id));

        await AppendAsync(_journal, id, new VideoFailed(new RunFailure(RunFailureKind.Media, "The file \0 ends here.", 70), At));
        Assert.Equal(("The file \ufffd ends here.", VideoState.Failed), ((await _jobs.FindVideoAsync(id, Stop))!.Error, (await _jobs.FindVideoAsync(id, Stop))!.State));

        await AppendAsync(_journal, id, new VideoClaimed(4, "node-2", At));
        Assert.Equal((VideoState.Running, 4L, "node-2", 64L, 100L), await RowAsync(id));
        Assert.Null((await _jobs.FindVideoAsync(id, Stop))!.Error);

        await AppendAsync(_journal, id, new VideoCompleted(["c"], At));
        Assert.Equal((VideoState.Completed, 5L, "node-2", 100L, 100L), await RowAsync(id));
        Assert.Equal(1, (await _jobs.FindJobAsync(id[..^2], Stop))!.ByState[VideoState.Completed]);
    }

    [Fact]
    public async Task An_ending_forgives_attempts_and_the_states_of_what_is_over_for_good_go()
    {
        using var folder = new TemporaryFolder();
        var states = new PostgresCheckpointStore(server.Database, folder.FullPath);
        foreach (var (ending, isKept) in new (VideoEvent, bool)[]
        {
            (new VideoCompleted(["c"], At), false), (new VideoCancelled("no longer wanted", At), false), (new VideoFailed(new RunFailure(RunFailureKind.Media, "m", null), At), true),
        })
        {
            var id = await SubmitAsync(Some.Video());
            await _jobs.BeginAttemptAsync(id, "n", maxAttempts: 5, Stop);
            await AppendAsync(_journal, id, new VideoClaimed(1, "n", At), Probed(100));
            await states.SaveAsync(id, 1, "state", file => File.WriteAllBytesAsync(file, new byte[3], Stop), Stop);
            await AppendAsync(_journal, id, ending);

            Assert.Equal(0, (await _jobs.FindVideoAsync(id, Stop))!.Attempts);
            using var state = await states.OpenAsync(id, "state", Stop);
            Assert.Equal(isKept, state is not null);
        }
    }

    [Fact]
    public async Task Events_of_one_append_are_taken_together()
    {
        var id = await SubmitAsync(Some.Video());
        await AppendAsync(
            _journal, id, new VideoClaimed(1, "n", At), Probed(10), new TrackingCheckpointed(TrackingPoint.At(5), At), new VideoCancelled("no longer wanted", At));
        Assert.Equal((VideoState.Cancelled, 1L, "n", 5L, 10L), await RowAsync(id));
        Assert.Equal("no longer wanted", (await _jobs.FindVideoAsync(id, Stop))!.Error);
    }

    [Fact]
    public async Task A_video_that_is_reused_says_from_where()
    {
        var id = await SubmitAsync(Some.Video());
        await AppendAsync(_journal, id, new VideoClaimed(1, "n", At), new VideoReused("earlier-7", At), Probed(10), new VideoCompleted(["c"], At));
        Assert.Equal((VideoState.Completed, 1L, "n", 10L, 10L), await RowAsync(id));
        Assert.Equal("earlier-7", (await _jobs.FindVideoAsync(id, Stop))!.ReusedFrom);
    }

    [Theory]
    [InlineData(0, null, 1, 100)]
    [InlineData(2, 9, 3, 100)]
    [InlineData(2, 10, 3, 100)]
    [InlineData(2, 11, 3, 100)]
    [InlineData(0, 500, 7, 100)]
    [InlineData(99, null, 5, 100)]
    [InlineData(100, null, 1, 100)]
    [InlineData(400, null, 3, 100)]
    public async Task The_frames_that_are_worked_on_are_counted_as_everywhere_else(int first, int? last, int stride, int frameCount)
    {
        var frames = new FrameSelection(first, last, stride);
        var id = await SubmitAsync(Some.Video(frames: frames));
        await AppendAsync(_journal, id, Probed(frameCount));
        Assert.Equal(frames.Steps(frameCount), (await _jobs.FindVideoAsync(id, Stop))!.FramesTotal);
    }

    [Fact]
    public async Task Actors_that_are_no_video_of_a_job_are_journaled_all_the_same()
    {
        await AppendAsync(_journal, "a3f9c2", new VideoCancelled("x", At));
        await AppendAsync(_journal, "unknown-1", new VideoCancelled("x", At));
        Assert.Equal(1, (await _journal.HeadAsync("unknown-1", Stop)).LastSequence);
    }

    [Fact]
    public async Task A_fenced_owner_changes_no_row()
    {
        var id = await SubmitAsync(Some.Video());
        var old = await _journal.ClaimAsync(id, "n", Stop);
        await _journal.ClaimAsync(id, "m", Stop);
        await Assert.ThrowsAsync<FencedException>(
            async () => await _journal.AppendAsync(id, old, 0, [new VideoCodec().Encode(new VideoCompleted([], At))], Stop));
        Assert.Equal(VideoState.Waiting, (await _jobs.FindVideoAsync(id, Stop))!.State);
    }

    [Fact]
    public async Task Counters_stay_true_while_many_videos_of_a_job_change_at_once()
    {
        var job = (await _jobs.SubmitAsync(Some.Job, Some.Videos(40), Stop)).JobId;
        await Parallel.ForEachAsync(Enumerable.Range(1, 40), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Stop }, async (n, _) =>
        {
            var id = $"{job}-{n}";
            await _jobs.BeginAttemptAsync(id, "n", maxAttempts: 5, Stop);
            await AppendAsync(_journal, id, new VideoClaimed(1, "n", At));
            if (n % 4 == 0) await _jobs.EndAttemptAsync(id, "n", Stop);
            else await AppendAsync(_journal, id, n % 4 == 1 ? new VideoCompleted([], At) : new VideoFailed(new RunFailure(RunFailureKind.Media, "m", null), At));
        });

        var view = (await _jobs.FindJobAsync(job, Stop))!;
        Assert.Equal((10L, 10L, 20L), (view.ByState[VideoState.Waiting], view.ByState[VideoState.Completed], view.ByState[VideoState.Failed]));
        Assert.Equal(40, view.ByState.Values.Sum());
    }

    /// <summary>Appends to a history as its next owner.</summary>
    internal static async Task AppendAsync(PostgresJournal journal, string id, params VideoEvent[] events)
    {
        var codec = new VideoCodec();
        var epoch = await journal.ClaimAsync(id, "n", Stop);
        await journal.AppendAsync(id, epoch, (await journal.HeadAsync(id, Stop)).LastSequence, [.. events.Select(codec.Encode)], Stop);
    }

    private static VideoProbed Probed(int frames) => new(new VideoFacts(64, 48, frames, 25, 4, "h264"), At);

    private async Task<string> SubmitAsync(VideoRequest video) => $"{(await _jobs.SubmitAsync(Some.Job, Some.Videos(video), Stop)).JobId}-1";

    private async Task<(VideoState State, long Epoch, string? Owner, long Done, long? Total)> RowAsync(string id)
    {
        var row = (await _jobs.FindVideoAsync(id, Stop))!;
        return (row.State, row.Epoch, row.Owner, row.FramesDone, row.FramesTotal);
    }
}
