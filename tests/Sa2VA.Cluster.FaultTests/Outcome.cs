using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>What must hold when a job is over, whatever happened on the way.</summary>
internal static class Outcome
{
    /// <summary>Every video is completed; its masks are those of a run without faults, to the byte; each of its sentences was answered once.</summary>
    public static async Task AssertUntouchedAsync(TestCluster cluster, Archive archive, IReadOnlyList<VideoView> videos, CancellationToken cancellationToken)
    {
        await AssertMasksAsync(cluster, archive, videos, cancellationToken);
        foreach (var video in videos)
        {
            var answers = new List<string>();
            await foreach (var record in cluster.Connection.Journal.ReadAsync(video.VideoId, 1, cancellationToken))
            {
                if (record.Type == "prompt-resolved") answers.Add(record.Type);
            }

            Assert.Equal(video.Request.Targets.Count, answers.Count);
        }
    }

    /// <summary>Every video is completed; its masks are those of a run without faults, to the byte.</summary>
    public static async Task AssertMasksAsync(TestCluster cluster, Archive archive, IReadOnlyList<VideoView> videos, CancellationToken cancellationToken)
    {
        Assert.All(videos, video => Assert.True(video.State == VideoState.Completed, $"{video.VideoId} is {video.State}: {video.Error}"));
        foreach (var video in videos)
        {
            var journal = cluster.Connection.Journal;
            var ended = await VideoHistory.LoadAsync(journal, video.VideoId, cancellationToken);
            var chains = Assert.IsType<VideoEnding.Completed>(ended.Ending).Chains;
            var expected = await archive.ChainsAsync(video.Request, cancellationToken);
            Assert.Equal(expected, chains);
            // What the journal says is also what lies in Redis.
            for (var i = 0; i < chains.Count; i++)
                Assert.Equal(chains[i], await cluster.Connection.Results.ChainAsync(video.VideoId, i + 1, (Steps(video, ended) + 63) / 64, cancellationToken));
        }
    }

    private static int Steps(VideoView video, Video ended) => (video.Request.Frames ?? FrameSelection.All).Steps(ended.Facts!.FrameCount);
}
