using System.Text.Json;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A node dies when the questions about its video are answered and before its masks are there: nobody is asked twice.</summary>
[Collection(SteadyServers.Name)]
public sealed class AskKillTests(Archive archive, TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_answered_before_a_kill_is_not_asked_again()
    {
        var sentences = archive.Videos(1)[0];
        var video = sentences with { Name = "asked", Targets = [.. sentences.Targets, new RunTarget.Question("What happens here?"), new RunTarget.Caption()] };
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        var node = cluster.StartNode();
        var receipt = await cluster.SubmitAsync([video], Stop);
        try
        {
            await cluster.WaitForEventsAsync($"{receipt.JobId}-1", "question-answered", 2, Stop);
            await cluster.ReplaceAsync(node);
            var view = Assert.Single(await cluster.WaitAsync(receipt, Stop));
            Assert.True(view.State == VideoState.Completed, $"{view.State}: {view.Error}");

            var whole = await archive.RunAsync(video, Stop);
            var stored = (await StoredVideo.FindAsync(cluster.Connection.Journal, cluster.Connection.Results, view.VideoId, Stop))!;
            Assert.Equal(whole.Objects.Select(one => one.Chain), stored.Objects.Select(one => one.Chain));
            Assert.Equivalent(whole.Said, stored.Said, strict: true);
            Assert.NotNull(stored.Said.Questions[0].Answer);
            Assert.Equal(2, (await AnsweredAsync(cluster, view)).Count);
            Assert.Equal(2, (await AnsweredAsync(cluster, view)).Distinct().Count());
        }
        finally
        {
            cluster.Report();
        }
    }

    private static async Task<List<int>> AnsweredAsync(TestCluster cluster, VideoView view)
    {
        var targets = new List<int>();
        await foreach (var record in cluster.Connection.Journal.ReadAsync(view.VideoId, 1, Stop))
        {
            if (record.Type != "question-answered") continue;
            using var document = JsonDocument.Parse(record.Payload);
            targets.Add(document.RootElement.GetProperty("target").GetInt32());
        }

        return targets;
    }
}
