using System.Globalization;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>The decoder dies or hangs, or the file ends too early: the frames before are kept, and the video's failure says which and why.</summary>
[Collection(SteadyServers.Name)]
public sealed class DecoderTests(Archive archive, TestServers servers)
{
    private const int CheckpointFrames = 8;
    private const int BlockFrames = Results.MaskBlock.Frames;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("KILL", "ffmpeg ended with exit code")]
    [InlineData("STOP", "ffmpeg delivered nothing for 10 seconds")]
    public async Task A_decoder_that_dies_or_hangs_fails_its_video_and_trying_again_goes_on_behind_the_kept_frames(string signal, string reason)
    {
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.NodeSettings["media"] = new JsonObject { ["stallTimeout"] = "00:00:10" };
        var node = cluster.StartNode();
        // Most of a long video is still to be decoded when its first frames are kept.
        var job = await cluster.SubmitAsync(await archive.LongVideosAsync(1, Stop), Stop);
        try
        {
            var begun = await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins, Stop);
            await cluster.WaitForCheckpointAsync(begun.Video!, Stop);
            node.Freeze();
            node.SignalChild("ffmpeg", signal);
            node.Thaw();
            var failed = Assert.Single(await cluster.WaitAsync(job, Stop));
            Assert.Equal(VideoState.Failed, failed.State);
            Assert.Contains(reason, failed.Error, StringComparison.Ordinal);
            Assert.Contains($"at frame {failed.FramesDone.ToString(CultureInfo.InvariantCulture)} of", failed.Error, StringComparison.Ordinal);
            Assert.InRange(failed.FramesDone, CheckpointFrames, failed.FramesTotal!.Value - 1);
            Assert.Equal(failed.FramesDone, await KeptAsync(cluster, failed.VideoId));

            Assert.Equal(1, await cluster.Connection.Jobs.RetryAsync(job.JobId, videoId: null, Stop));
            await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);
        }
        finally
        {
            cluster.Report();
        }
    }

    [Fact]
    public async Task A_file_that_was_cut_off_has_the_masks_of_what_is_there_and_says_where_it_ends()
    {
        using var folder = new TemporaryFolder();
        var whole = archive.Videos(1)[0];
        var video = whole with { Source = await CutAsync(whole.Source, folder, 0.6), Name = "cut" };
        var alone = await archive.RunAsync(video, Stop);
        Assert.Equal(RunOutcome.Failed, alone.Outcome);
        Assert.InRange(alone.FramesDone, CheckpointFrames, BlockFrames);

        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.StartNode();
        var job = await cluster.SubmitAsync([video, .. archive.Videos(2).Skip(1)], Stop);
        try
        {
            var videos = await cluster.WaitAsync(job, Stop);
            Assert.Equal((VideoState.Failed, (long)alone.FramesDone, alone.Failure!.Message), (videos[0].State, videos[0].FramesDone, videos[0].Error));
            Assert.Contains($"after frame {alone.FramesDone - 1}", videos[0].Error, StringComparison.Ordinal);
            foreach (var one in alone.Objects) Assert.Equal(one.Chain, await cluster.Connection.Results.ChainAsync(videos[0].VideoId, one.ObjectId, 1, Stop));
            await Outcome.AssertUntouchedAsync(cluster, archive, [videos[1]], Stop);
        }
        finally
        {
            cluster.Report();
        }
    }

    /// <summary>How many masks of the first object there are, without a gap.</summary>
    private static async Task<int> KeptAsync(TestCluster cluster, string videoId)
    {
        var kept = 0;
        for (var index = 0; await cluster.Connection.Results.ReadBlockAsync(videoId, 1, index, Stop) is { } block; index++) kept += block.Masks.Count;
        return kept;
    }

    /// <summary>The first part of a file whose index stands before its frames, as a download that was broken off leaves it.</summary>
    private static async Task<string> CutAsync(string source, TemporaryFolder folder, double part)
    {
        var (indexed, cut) = (folder.File("indexed.mp4"), folder.File("cut.mp4"));
        await Ffmpeg.RunAsync(["-i", source, "-c", "copy", "-movflags", "faststart", indexed], Stop);
        var bytes = await File.ReadAllBytesAsync(indexed, Stop);
        await File.WriteAllBytesAsync(cut, bytes[..(int)(bytes.Length * part)], Stop);
        return cut;
    }
}
