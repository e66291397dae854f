using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>What a node's metrics say is what it has done.</summary>
[Collection(SteadyServers.Name)]
public sealed class MetricsTests(Archive archive, TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_is_counted_frame_by_frame()
    {
        await using var cluster = await StartAsync();
        var node = cluster.StartNode();
        try
        {
            var metrics = await cluster.MetricsOfAsync(node, Stop);
            var job = await cluster.SubmitAsync(archive.Videos(2), Stop);
            var videos = await cluster.WaitAsync(job, Stop);
            await Outcome.AssertUntouchedAsync(cluster, archive, videos, Stop);
            var counted = await ReadAsync(metrics);

            var frames = videos.Sum(video => video.FramesTotal!.Value);
            foreach (var stage in (string[])["decode", "encode", "track", "write"])
            {
                Assert.Equal((stage, frames), (stage, counted.Value("sa2va_frames_total", ("stage", stage))));
                Assert.Equal((stage, frames), (stage, counted.Value("sa2va_frame_duration_seconds_count", ("stage", stage))));
                Assert.True(counted.Value("sa2va_frame_duration_seconds_sum", ("stage", stage)) > 0, stage);
            }

            Assert.Equal(videos.Sum(video => Math.Min(video.FramesTotal!.Value, 5)), counted.Value("sa2va_batch_size_sum", ("stage", "ground")));
            Assert.Equal(frames, counted.Value("sa2va_batch_size_count", ("stage", "track")));
            Assert.Equal(await CountAsync(cluster, videos, "tracking-checkpointed"), counted.Value("sa2va_checkpoint_duration_seconds_count"));
            Assert.True(counted.Value("sa2va_checkpoint_size_bytes_sum") > 0);
            Assert.Equal(2, counted.Value("sa2va_attempts_total", ("verdict", "go")));
            Assert.Equal(2, counted.Value("sa2va_videos_finished_total", ("outcome", "completed")));
            Assert.Equal(0, counted.Value("sa2va_videos_finished_total", ("outcome", "failed")));
            Assert.Equal(0, counted.Value("sa2va_redeliveries_total"));
            Assert.Equal(2, counted.Value("sa2va_source_fetches_total", ("origin", "file"), ("outcome", "ok")));
            Assert.Equal(videos.Sum(video => new FileInfo(video.Request.Source).Length), counted.Value("sa2va_source_bytes_total", ("origin", "file")));
            Assert.All(counted.Samples.Where(s => s.Name is "sa2va_writes_fenced_total" or "sa2va_reconnects_total" or "sa2va_handovers_total"), s => Assert.Equal(0, s.Value));
        }
        finally
        {
            cluster.Report();
        }
    }

    [Fact]
    public async Task A_video_that_is_held_back_is_a_hand_over_and_its_frames_count_once()
    {
        await using var cluster = await StartAsync();
        var node = cluster.StartNode();
        try
        {
            var metrics = await cluster.MetricsOfAsync(node, Stop);
            var job = await cluster.SubmitAsync(archive.Videos(1), Stop);
            var begun = await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins, Stop);
            await cluster.WaitForCheckpointAsync(begun.Video!, Stop);
            await cluster.Connection.Jobs.HoldAsync(job.JobId, videoId: null, Stop);
            Assert.True(await new VideoMailer(cluster.Connection.Transport, cluster.Connection.Journal, "test", TimeProvider.System).HoldAsync(begun.Video!, Stop));
            await cluster.HearAsync(line => line.EventId == NodeEvents.VideoHandedOver, Stop);
            await cluster.Connection.Jobs.ReleaseAsync(job.JobId, videoId: null, Stop);
            var video = Assert.Single(await cluster.WaitAsync(job, Stop));
            await Outcome.AssertUntouchedAsync(cluster, archive, [video], Stop);

            var counted = await ReadAsync(metrics);
            Assert.Equal(1, counted.Value("sa2va_handovers_total", ("reason", "held")));
            Assert.Equal(2, counted.Value("sa2va_attempts_total", ("verdict", "go")));
            Assert.Equal(video.FramesTotal!.Value, counted.Value("sa2va_frames_total", ("stage", "track")));
            Assert.Equal(video.FramesTotal!.Value, counted.Value("sa2va_frames_total", ("stage", "write")));
            // It was handed over in good order: nobody was lost.
            Assert.DoesNotContain(counted.Samples, s => s.Name == "sa2va_failover_duration_seconds_count");
        }
        finally
        {
            cluster.Report();
        }
    }

    [Fact]
    public async Task A_failover_is_measured_by_the_next_owner_and_the_lost_one_counts_what_is_refused()
    {
        await using var cluster = await StartAsync();
        cluster.NodeSettings["heartbeat"] = "00:00:02";
        var frozen = cluster.StartNode();
        try
        {
            var ofFrozen = await cluster.MetricsOfAsync(frozen, Stop);
            var job = await cluster.SubmitAsync(archive.Videos(1), Stop);
            var begun = await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins, Stop);
            await cluster.WaitForCheckpointAsync(begun.Video!, Stop);
            frozen.Freeze();
            var since = TimeProvider.System.GetTimestamp();
            var other = cluster.StartNode();
            var ofOther = await cluster.MetricsOfAsync(other, Stop);
            await cluster.HearAsync(line => line.EventId == NodeEvents.VideoIsOver && line.Node == other.Name, Stop);
            var elapsed = TimeProvider.System.GetElapsedTime(since);

            var next = await ReadAsync(ofOther);
            Assert.Equal(1, next.Value("sa2va_redeliveries_total"));
            Assert.Equal(1, next.Value("sa2va_failover_duration_seconds_count"));
            // The last sign of life was before it froze, the first progress before the end; the heartbeat has to be missed in between.
            Assert.InRange(next.Value("sa2va_failover_duration_seconds_sum"), 2, elapsed.TotalSeconds + 60);

            frozen.Thaw();
            await cluster.HearAsync(line => line.EventId == NodeEvents.VideoTakenOver && line.Node == frozen.Name, Stop);
            var refused = await ReadAsync(ofFrozen);
            Assert.True(refused.Samples.Where(s => s.Name == "sa2va_writes_fenced_total").Sum(s => s.Value) > 0);
            Assert.Equal(0, refused.Value("sa2va_videos_finished_total", ("outcome", "completed")));
            await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);

            // The broker had given it up: both its connections are made again.
            for (; refused.Value("sa2va_reconnects_total", ("server", "rabbitmq")) < 2; refused = await ReadAsync(ofFrozen)) await Task.Delay(TimeSpan.FromMilliseconds(50), Stop);
        }
        finally
        {
            cluster.Report();
        }
    }

    private async Task<TestCluster> StartAsync()
    {
        var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.ServeMetrics();
        return cluster;
    }

    private static Task<Exposition> ReadAsync(Uri metrics) => NodeMetrics.ReadAsync(metrics, Stop);

    private static async Task<int> CountAsync(TestCluster cluster, IReadOnlyList<VideoView> videos, string type)
    {
        var count = 0;
        foreach (var video in videos)
        {
            await foreach (var record in cluster.Connection.Journal.ReadAsync(video.VideoId, 1, Stop))
            {
                if (record.Type == type) count++;
            }
        }

        return count;
    }
}
