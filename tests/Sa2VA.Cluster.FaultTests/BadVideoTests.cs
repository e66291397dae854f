using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>What is wrong with a video is said to its owner, and costs nobody else anything.</summary>
[Collection(SteadyServers.Name)]
public sealed class BadVideoTests(Archive archive, TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_video_that_cannot_be_worked_on_fails_with_its_reason_and_the_others_are_done()
    {
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("text.mp4"), "no video at all", Stop);
        RunTarget[] targets = [new RunTarget.Expression("the star")];
        cluster.StartNode();
        var job = await cluster.SubmitAsync(
            [new(folder.File("text.mp4"), targets), new(folder.File("missing.mp4"), targets), new("/etc/hostname", targets), .. archive.Videos(1)], Stop);
        try
        {
            var videos = await cluster.WaitAsync(job, Stop);
            Assert.Equal([VideoState.Failed, VideoState.Failed, VideoState.Failed, VideoState.Completed], videos.Select(video => video.State));
            Assert.Contains("text.mp4", videos[0].Error, StringComparison.Ordinal);
            Assert.Contains("missing.mp4", videos[1].Error, StringComparison.Ordinal);
            Assert.Contains("/etc/hostname", videos[2].Error, StringComparison.Ordinal);
            await Outcome.AssertUntouchedAsync(cluster, archive, [videos[3]], Stop);
        }
        finally
        {
            cluster.Report();
        }
    }
}
