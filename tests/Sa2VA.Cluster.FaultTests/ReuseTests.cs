using System.Text.Json.Nodes;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Redis;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using StackExchange.Redis;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A job that asks for it gets what is known already, and only that.</summary>
[Collection(SteadyServers.Name)]
public sealed class ReuseTests(Archive archive, TestServers servers)
{
    private const string OtherModel = "nano-2";

    private static readonly JobRequest s_job = new() { Model = NanoModel.Name };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_videos_again_are_answered_with_the_same_masks_and_no_model_is_asked()
    {
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.ServeMetrics();
        var node = cluster.StartNode();
        try
        {
            var metrics = await cluster.MetricsOfAsync(node, Stop);
            var first = await RunAsync(cluster, s_job, archive.Videos(2));
            var before = await NodeMetrics.ReadAsync(metrics, Stop);
            Assert.Equal(0, before.Value("sa2va_videos_reused_total"));

            var job = await cluster.SubmitAsync(s_job with { ReuseResults = true }, archive.Videos(2), Stop);
            var again = await cluster.WaitAsync(job, Stop);
            await Outcome.AssertUntouchedAsync(cluster, archive, again, Stop);
            Assert.Equal(first.Select(video => video.VideoId), again.Select(video => video.ReusedFrom));
            Assert.Equal(first.Select(video => video.FramesTotal), again.Select(video => video.FramesDone).Cast<long?>());
            Assert.Equal(2, (await cluster.Connection.Jobs.FindJobAsync(job.JobId, Stop))!.ByState[VideoState.Completed]);
            for (var i = 0; i < again.Count; i++)
            {
                Assert.Equal(await FromAsync(cluster, again[i].VideoId), first[i].VideoId);
                await AssertSameBlocksAsync(cluster, first[i], again[i]);
            }

            var after = await NodeMetrics.ReadAsync(metrics, Stop);
            Assert.Equal(2, after.Value("sa2va_videos_reused_total"));
            Assert.Equal(4, after.Value("sa2va_videos_finished_total", ("outcome", "completed")));
            Assert.Equal(Worked(before), Worked(after));
        }
        finally
        {
            cluster.Report();
        }
    }

    [Fact]
    public async Task Another_sentence_setting_or_model_is_run_and_so_is_a_job_that_does_not_ask()
    {
        using var folder = new TemporaryFolder();
        var otherModel = CopyOfTheModel(folder);
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.NodeSettings["models"] = new JsonObject { [NanoModel.Name] = NanoModel.Folder, [OtherModel] = otherModel };
        cluster.StartNode();
        try
        {
            // A few frames tell as much as all of them.
            var known = archive.Videos(1)[0] with { Frames = new FrameSelection(0, 5, 1) };
            var video = Assert.Single(await RunAsync(cluster, s_job, [known]));
            var asking = s_job with { ReuseResults = true };
            Assert.Equal(video.VideoId, await ReusedFromAsync(cluster, asking, known));
            Assert.Null(await ReusedFromAsync(cluster, s_job, known));
            Assert.Null(await ReusedFromAsync(cluster, asking with { KeyFrames = 3 }, known));
            Assert.Null(await ReusedFromAsync(cluster, asking with { Protocol = GroundingProtocol.Sa2va }, known));
            Assert.Null(await ReusedFromAsync(cluster, asking with { MaxNewTokens = 100 }, known));
            Assert.Null(await ReusedFromAsync(cluster, asking with { Model = OtherModel }, known));
            Assert.Null(await ReusedFromAsync(cluster, asking, known with { Frames = new FrameSelection(0, 4, 1) }));
            Assert.Null(await ReusedFromAsync(cluster, asking, known with { Targets = [.. known.Targets.Skip(1)] }));
            Assert.Null(await ReusedFromAsync(cluster, asking, archive.Videos(2)[1] with { Frames = known.Frames }));
        }
        finally
        {
            cluster.Report();
        }
    }

    [Fact]
    public async Task Masks_that_have_expired_are_made_again()
    {
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.StartNode();
        try
        {
            var video = Assert.Single(await RunAsync(cluster, s_job, archive.Videos(1)));
            await using var redis = await OpenAsync(cluster.Endpoints.Redis);
            var keys = new RedisKeys(new ClusterOptions { Name = "test" }.Prefix);
            // Only the last object's last block is gone: what was copied before it was noticed must do no harm.
            Assert.True(await redis.Database.HashDeleteAsync(keys.Object(video.VideoId, 2), (BlocksOf(video) - 1)));
            var second = Assert.Single(await RunAsync(cluster, s_job with { ReuseResults = true }, archive.Videos(1)));
            Assert.Null(second.ReusedFrom);
            await Outcome.AssertUntouchedAsync(cluster, archive, [second], Stop);

            Assert.True(await redis.Database.KeyDeleteAsync(keys.Object(second.VideoId, 1)));
            Assert.True(await redis.Database.KeyDeleteAsync(keys.Object(second.VideoId, 2)));
            var third = Assert.Single(await RunAsync(cluster, s_job with { ReuseResults = true }, archive.Videos(1)));
            Assert.Null(third.ReusedFrom);
            await Outcome.AssertUntouchedAsync(cluster, archive, [third], Stop);

            // The latest is whole.
            Assert.Equal(third.VideoId, await ReusedFromAsync(cluster, s_job with { ReuseResults = true }, archive.Videos(1)[0]));
        }
        finally
        {
            cluster.Report();
        }
    }

    private static async Task<IReadOnlyList<VideoView>> RunAsync(TestCluster cluster, JobRequest job, IEnumerable<VideoRequest> videos)
    {
        var done = await cluster.WaitAsync(await cluster.SubmitAsync(job, videos, Stop), Stop);
        Assert.All(done, video => Assert.True(video.State == VideoState.Completed, $"{video.VideoId} is {video.State}: {video.Error}"));
        return done;
    }

    private static async Task<string?> ReusedFromAsync(TestCluster cluster, JobRequest job, VideoRequest video)
        => Assert.Single(await RunAsync(cluster, job, [video])).ReusedFrom;

    /// <summary>What the journal says.</summary>
    private static async Task<string?> FromAsync(TestCluster cluster, string videoId)
    {
        var from = (string?)null;
        await foreach (var record in cluster.Connection.Journal.ReadAsync(videoId, 1, Stop))
        {
            if (record.Type == "video-reused") from = JsonNode.Parse(record.Payload.Span)!["from"]!.GetValue<string>();
        }

        return from;
    }

    private static async Task AssertSameBlocksAsync(TestCluster cluster, VideoView one, VideoView other)
    {
        var results = cluster.Connection.Results;
        for (var target = 1; target <= one.Request.Targets.Count; target++)
        {
            for (var index = 0; index < BlocksOf(one); index++)
            {
                var expected = MaskBlockFormat.Encode((await results.ReadBlockAsync(one.VideoId, target, index, Stop))!);
                Assert.Equal(expected, MaskBlockFormat.Encode((await results.ReadBlockAsync(other.VideoId, target, index, Stop))!));
            }
        }
    }

    /// <summary>Everything that a stage has done.</summary>
    private static IEnumerable<(string Name, string Key, double Value)> Worked(Exposition counted)
        => counted.Samples.Where(s => s.Name is "sa2va_frames_total" or "sa2va_batch_size_count" or "sa2va_checkpoint_size_bytes_count").Select(s => (s.Name, s.Key, s.Value));

    private static int BlocksOf(VideoView video) => (int)(video.FramesTotal!.Value + MaskBlock.Frames - 1) / MaskBlock.Frames;

    /// <summary>The same weights, but not the same files.</summary>
    private static string CopyOfTheModel(TemporaryFolder folder)
    {
        var copy = folder.File("model");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.EnumerateFiles(NanoModel.Folder)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        File.AppendAllText(Path.Combine(copy, "config.json"), "\n");
        return copy;
    }

    private static async Task<Connection> OpenAsync(ServerEndpoint endpoint)
    {
        var options = new ConfigurationOptions { Password = endpoint.Password?.Reveal() };
        options.EndPoints.Add(endpoint.Host, endpoint.Port);
        return new Connection(await ConnectionMultiplexer.ConnectAsync(options), int.Parse(endpoint.Space ?? "0", System.Globalization.CultureInfo.InvariantCulture));
    }

    private sealed class Connection(ConnectionMultiplexer multiplexer, int database) : IAsyncDisposable
    {
        public IDatabase Database => multiplexer.GetDatabase(database);

        public async ValueTask DisposeAsync() => await multiplexer.CloseAsync();
    }
}
