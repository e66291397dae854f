using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.Postgres;

/// <summary>What is taken in, and how it is found again.</summary>
public sealed class PostgresJobStoreTests(DatabaseFixture server) : IClassFixture<DatabaseFixture>, IAsyncLifetime
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
    public async Task A_job_comes_back_as_it_was_given()
    {
        var job = new JobRequest
        {
            Key = "k-1", Title = "The whole archive", Priority = WorkPriority.High, Model = "nano", Protocol = GroundingProtocol.Sa2va, KeyFrames = 7, MaxNewTokens = 99, ReuseResults = true,
        };
        var receipt = await _jobs.SubmitAsync(job, Some.Videos(3), Stop);
        var view = (await _jobs.FindJobAsync(receipt.JobId, Stop))!;

        Assert.Equal(new JobReceipt(view.JobId, 3, IsNew: true), receipt);
        Assert.Equal(job, view.Request);
        Assert.Equal(3, view.Videos);
        Assert.False(view.IsHeld);
        Assert.Equal(Enum.GetValues<VideoState>().ToDictionary(s => s, s => s == VideoState.Waiting ? 3L : 0), view.ByState);
        Assert.Null(await _jobs.FindJobAsync("unknown", Stop));
    }

    [Fact]
    public async Task A_video_comes_back_as_it_was_given()
    {
        VideoRequest[] given =
        [
            Some.Video(),
            Some.Video("s3://bucket/ключ 'quoted' \\ \"x\".mp4", "the ❤️ on the \"left\" \\u0000", new FrameSelection(3, 90, 4)) with { Name = "Nummer zwei" },
            new VideoRequest("b", [
                new RunTarget.Prompted("cat", [new VisualPrompt.Points(4, [1.5f, 1e-30f, float.MaxValue, 0.1f], [1, 0]), new VisualPrompt.Box(5, 1, 2, 3.25f, 4)]),
                new RunTarget.Prompted("dog", [new VisualPrompt.Mask(0, new Rle(2, 3, "012"))]),
                new RunTarget.Expression("and this")], new FrameSelection(0, null, 2)),
        ];
        var receipt = await _jobs.SubmitAsync(Some.Job, Some.Videos(given), Stop);
        var views = await _jobs.ListVideosAsync(receipt.JobId, state: null, after: null, limit: 10, Stop);

        Assert.Equal([$"{receipt.JobId}-1", $"{receipt.JobId}-2", $"{receipt.JobId}-3"], views.Select(v => v.VideoId));
        for (var i = 0; i < given.Length; i++)
        {
            Assert.Equal(given[i] with { Targets = [] }, views[i].Request with { Targets = [] });
            Assert.Equal(given[i].Targets.Count, views[i].Request.Targets.Count);
            Assert.Equivalent(given[i].Targets, views[i].Request.Targets, strict: true);
        }

        Assert.Equal(
            (VideoState.Waiting, 0L, null, 0, 0L, null, null),
            (views[0].State, views[0].Epoch, views[0].Owner, views[0].Attempts, views[0].FramesDone, views[0].FramesTotal, views[0].Error));
        Assert.Equal(views[1].VideoId, (await _jobs.FindVideoAsync(views[1].VideoId, Stop))!.VideoId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nothing")]
    [InlineData("job-0")]
    [InlineData("job-01")]
    [InlineData("job-1")]
    [InlineData("job-99999999999")]
    public async Task An_id_of_no_video_finds_none(string videoId) => Assert.Null(await _jobs.FindVideoAsync(videoId, Stop));

    [Fact]
    public async Task Videos_are_listed_in_pages_and_by_state()
    {
        var job = (await _jobs.SubmitAsync(Some.Job, Some.Videos(12), Stop)).JobId;
        await _jobs.BuryAsync($"{job}-2", "bad", Stop);
        await _jobs.BuryAsync($"{job}-11", "bad", Stop);

        // By number, not by name: 10 comes after 9.
        var seen = new List<string>();
        while (await _jobs.ListVideosAsync(job, state: null, seen.LastOrDefault(), limit: 5, Stop) is { Count: > 0 } page) seen.AddRange(page.Select(v => v.VideoId));
        Assert.Equal(Enumerable.Range(1, 12).Select(n => $"{job}-{n}"), seen);
        Assert.Equal([$"{job}-2", $"{job}-11"], (await _jobs.ListVideosAsync(job, VideoState.Dead, after: null, limit: 5, Stop)).Select(v => v.VideoId));
        Assert.Equal([$"{job}-11"], (await _jobs.ListVideosAsync(job, VideoState.Dead, $"{job}-2", limit: 5, Stop)).Select(v => v.VideoId));
        Assert.Equal([$"{job}-1", $"{job}-3"], (await _jobs.ListUnfinishedAsync(job, after: null, limit: 2, Stop)).Select(v => v.VideoId));
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_in_pages()
    {
        var time = new ManualTime();
        var store = new PostgresJobStore(server.Database, time);
        var submitted = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            submitted.Insert(0, (await store.SubmitAsync(Some.Job with { Title = $"{i}" }, Some.Videos(i + 1), Stop)).JobId);
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        var first = await store.ListJobsAsync(before: null, limit: 3, Stop);
        var second = await store.ListJobsAsync(first[^1].JobId, limit: 3, Stop);
        Assert.Equal(submitted, [.. first.Concat(second).Select(j => j.JobId)]);
        Assert.Equal([5L, 4, 3, 2, 1], [.. first.Concat(second).Select(j => j.ByState[VideoState.Waiting])]);
    }

    [Fact]
    public async Task Jobs_are_picked_by_how_they_stand_and_by_their_names()
    {
        var journal = new PostgresJournal(server.Database, new VideoProjection());
        var waits = (await _jobs.SubmitAsync(Some.Job with { Title = "Dogs on the Beach" }, Some.Videos(2), Stop)).JobId;
        var done = (await _jobs.SubmitAsync(Some.Job with { Title = "100% cats_", Key = "night-7" }, Some.Videos(1), Stop)).JobId;
        var broken = (await _jobs.SubmitAsync(Some.Job, Some.Videos(2), Stop)).JobId;
        await VideoProjectionTests.AppendAsync(journal, $"{done}-1", new VideoEvent.VideoCompleted([], DateTimeOffset.UnixEpoch));
        await _jobs.BuryAsync($"{broken}-2", "no more", Stop);

        await AssertFoundAsync(new JobFilter(JobStanding.Active), broken, waits);
        await AssertFoundAsync(new JobFilter(JobStanding.Done), done);
        await AssertFoundAsync(new JobFilter(JobStanding.Failed), broken);
        await AssertFoundAsync(new JobFilter(Text: "ON THE beach"), waits);
        await AssertFoundAsync(new JobFilter(Text: "NIGHT-7"), done);
        await AssertFoundAsync(new JobFilter(Text: broken[^5..]), broken);
        await AssertFoundAsync(new JobFilter(Text: Some.Job.Model), broken, done, waits);
        // Nothing in it is taken for a pattern, and one field does not run into the next.
        await AssertFoundAsync(new JobFilter(Text: "0% c"), done);
        await AssertFoundAsync(new JobFilter(Text: "_"), done);
        await AssertFoundAsync(new JobFilter(Text: $"Beach{waits}"));
        await AssertFoundAsync(new JobFilter(Text: "\0'"));
        await AssertFoundAsync(new JobFilter(JobStanding.Active, "beach"), waits);
        string[] all = [.. new[] { waits, done, broken }.OrderDescending(StringComparer.Ordinal)];
        Assert.Equal([all[1]], (await _jobs.ListJobsAsync(new JobFilter(Text: Some.Job.Model), before: all[0], limit: 1, Stop)).Select(job => job.JobId));

        async Task AssertFoundAsync(JobFilter filter, params string[] expected) =>
            Assert.Equal(expected.OrderDescending(StringComparer.Ordinal), (await _jobs.ListJobsAsync(filter, before: null, limit: 10, Stop)).Select(job => job.JobId));
    }

    [Fact]
    public async Task A_key_gives_the_job_again_and_submits_nothing()
    {
        var first = await _jobs.SubmitAsync(Some.Job with { Key = "k" }, Some.Videos(3), Stop);
        var second = await _jobs.SubmitAsync(Some.Job with { Key = "k", Title = "Called otherwise" }, Some.Videos(3), Stop);
        Assert.Equal(first with { IsNew = false }, second);
        Assert.Equal(3, await server.AskAsync<long>("SELECT count(*) FROM videos"));
        Assert.Equal(3, await server.AskAsync<long>("SELECT count(*) FROM outbox"));
    }

    [Fact]
    public async Task Without_a_key_each_submission_is_a_job()
    {
        var first = await _jobs.SubmitAsync(Some.Job, Some.Videos(1), Stop);
        var second = await _jobs.SubmitAsync(Some.Job, Some.Videos(1), Stop);
        Assert.NotEqual(first.JobId, second.JobId);
        Assert.True(second.IsNew);
    }

    [Fact]
    public async Task A_key_with_other_settings_is_refused_by_name_before_the_videos_are_read()
    {
        var first = await _jobs.SubmitAsync(Some.Job with { Key = "k" }, Some.Videos(1), Stop);
        var other = Some.Job with { Key = "k", Model = "large", KeyFrames = 9 };
        var refusal = await Assert.ThrowsAsync<JobRefusedException>(() => _jobs.SubmitAsync(other, Unread(), Stop));
        Assert.Contains($"The key 'k' is that of job {first.JobId}, which has model \"nano\", not \"large\" and keyFrames 5, not 9.", refusal.Message, StringComparison.Ordinal);
        Assert.Null(refusal.Line);

        static async IAsyncEnumerable<VideoRequest> Unread()
        {
            await Task.CompletedTask;
            Assert.Fail("The videos were read.");
            yield break;
        }
    }

    [Fact]
    public async Task A_key_with_other_videos_is_refused()
    {
        await _jobs.SubmitAsync(Some.Job with { Key = "k" }, Some.Videos(Some.Video(text: "one")), Stop);
        foreach (var others in new[] { Some.Videos(Some.Video(text: "two")), Some.Videos(Some.Video(text: "one"), Some.Video()), Some.Videos(Some.Video(text: "one") with { Name = "x" }) })
        {
            var refusal = await Assert.ThrowsAsync<JobRefusedException>(() => _jobs.SubmitAsync(Some.Job with { Key = "k" }, others, Stop));
            Assert.Contains("not the same", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, await server.AskAsync<long>("SELECT count(*) FROM videos"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_two_who_submit_the_same_key_at_once_one_is_new(bool otherVideos)
    {
        // Both have looked for the key in vain when their videos are asked for.
        using var bothStarted = new CountdownEvent(2);
        var both = await Task.WhenAll(SubmitAsync("a"), SubmitAsync(otherVideos ? "b" : "a"));

        Assert.Equal(otherVideos ? [null, true] : new bool?[] { false, true }, both.Select(r => r?.IsNew).Order());
        Assert.Equal(1, await server.AskAsync<long>("SELECT count(*) FROM jobs"));
        Assert.Equal(100, await server.AskAsync<long>("SELECT count(*) FROM videos"));
        Assert.Equal(100, await server.AskAsync<long>("SELECT count(*) FROM outbox"));
        Assert.Equal(100, await server.AskAsync<long>("SELECT sum(waiting) FROM job_counts"));
        Assert.Single(both.Where(r => r is not null).Select(r => r!.JobId).Distinct());

        Task<JobReceipt?> SubmitAsync(string text) => Task.Run<JobReceipt?>(async () =>
        {
            try
            {
                return await _jobs.SubmitAsync(Some.Job with { Key = "k" }, VideosAsync(text), Stop);
            }
            catch (JobRefusedException) when (otherVideos)
            {
                return null;
            }
        }, Stop);

        async IAsyncEnumerable<VideoRequest> VideosAsync(string text)
        {
            bothStarted.Signal();
            await Task.Run(() => bothStarted.Wait(Stop), Stop);
            for (var i = 0; i < 100; i++) yield return Some.Video($"{i}", text);
        }
    }

    public static TheoryData<string, VideoRequest> BadVideos => new()
    {
        { "There is no source", Some.Video("  ") },
        { "The source has a control character at place 2", Some.Video("a\nb") },
        { "The source is no valid Unicode text", Some.Video("a\ud800") },
        { "The source has 4097 characters", Some.Video(new string('x', 4097)) },
        { "The name is empty", Some.Video() with { Name = "" } },
        { "An expression is empty", Some.Video(text: " ") },
        { "zero character", Some.Video(text: "a\0b") },
        { "the number of things to find is 0", new VideoRequest("a", []) },
        { "The stride is 0", Some.Video(frames: new FrameSelection(0, null, 0)) },
        { "The last frame, 3, is before the first, 7", Some.Video(frames: new FrameSelection(7, 3, 1)) },
    };

    [Theory]
    [MemberData(nameof(BadVideos), DisableDiscoveryEnumeration = true)]
    public async Task A_bad_line_is_refused_with_its_number_and_nothing_is_kept(string reason, VideoRequest bad)
    {
        var refusal = await Assert.ThrowsAsync<JobRefusedException>(
            () => _jobs.SubmitAsync(Some.Job with { Key = "k" }, Some.Videos(Some.Video(), Some.Video(), bad, Some.Video()), Stop));
        Assert.StartsWith("Line 3: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(3, refusal.Line);
        await AssertNothingIsKeptAsync();
        Assert.True((await _jobs.SubmitAsync(Some.Job with { Key = "k" }, Some.Videos(1), Stop)).IsNew);
    }

    [Fact]
    public async Task A_manifest_that_breaks_off_keeps_nothing_and_says_why_itself()
    {
        var failure = await Assert.ThrowsAsync<IOException>(() => _jobs.SubmitAsync(Some.Job, BreakingOffAsync(), Stop));
        Assert.Equal("the upload broke off", failure.Message);
        await AssertNothingIsKeptAsync();

        static async IAsyncEnumerable<VideoRequest> BreakingOffAsync()
        {
            for (var i = 0; i < 5000; i++) yield return Some.Video();
            await Task.CompletedTask;
            throw new IOException("the upload broke off");
        }
    }

    [Fact]
    public async Task A_job_without_videos_is_refused()
    {
        var refusal = await Assert.ThrowsAsync<JobRefusedException>(() => _jobs.SubmitAsync(Some.Job, Some.Videos(0), Stop));
        Assert.Contains("no videos", refusal.Message, StringComparison.Ordinal);
        await AssertNothingIsKeptAsync();
    }

    [Fact]
    public async Task Settings_of_a_job_out_of_bounds_are_refused_by_name()
    {
        foreach (var (job, reason) in new[]
        {
            (Some.Job with { KeyFrames = 0 }, "KeyFrames is 0"), (Some.Job with { MaxNewTokens = 9999 }, "MaxNewTokens is 9999"),
            (Some.Job with { Model = " " }, "no model"), (Some.Job with { Key = "" }, "key is empty"), (Some.Job with { Key = "a\tb" }, "control character"),
            (Some.Job with { Title = new string('x', 501) }, "title has 501 characters"), (Some.Job with { Priority = (WorkPriority)9 }, "priority is 9"),
        })
        {
            var refusal = await Assert.ThrowsAsync<JobRefusedException>(() => _jobs.SubmitAsync(job, Some.Videos(1), Stop));
            Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_thousand_videos_have_as_many_messages_and_counts()
    {
        var job = (await _jobs.SubmitAsync(Some.Job, Some.Videos(1000), Stop)).JobId;
        Assert.Equal(1000, (await _jobs.FindJobAsync(job, Stop))!.ByState[VideoState.Waiting]);
        Assert.Equal(
            1000, await server.AskAsync<long>("SELECT count(*) FROM outbox JOIN videos USING (job_id, number)"));
        // Every part of the counts has its share.
        Assert.Equal((62, 63), (await server.AskAsync<int>("SELECT min(waiting) FROM job_counts"), await server.AskAsync<int>("SELECT max(waiting) FROM job_counts")));
    }

    [Fact]
    public async Task Earlier_results_of_the_same_content_are_found_once_they_are_complete()
    {
        var job = (await _jobs.SubmitAsync(Some.Job, Some.Videos(2), Stop)).JobId;
        var journal = new PostgresJournal(server.Database, new VideoProjection());
        await _jobs.RecordContentAsync($"{job}-1", "digest", Stop);
        await _jobs.RecordContentAsync("unknown-1", "digest", Stop);
        Assert.Null(await _jobs.FindReusableAsync("digest", Stop));

        await VideoProjectionTests.AppendAsync(journal, $"{job}-1", new VideoEvent.VideoCompleted([], DateTimeOffset.UnixEpoch));
        Assert.Equal($"{job}-1", (await _jobs.FindReusableAsync("digest", Stop))!.VideoId);
        Assert.Null(await _jobs.FindReusableAsync("other", Stop));
    }

    [Fact]
    public async Task A_limit_has_bounds()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _jobs.ListJobsAsync(before: null, limit: 0, Stop));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _jobs.ListVideosAsync("j", state: null, after: null, limit: 10_001, Stop));
    }

    private async Task AssertNothingIsKeptAsync()
        => Assert.Equal(0, await server.AskAsync<long>(
            "SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM videos) + (SELECT count(*) FROM outbox) + (SELECT count(*) FROM job_counts)"));
}
