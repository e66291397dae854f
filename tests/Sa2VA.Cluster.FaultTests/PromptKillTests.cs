using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>Somebody shows a video more, and corrects it, while whoever has it in hand is killed: the masks do not show the kills.</summary>
[Collection(SteadyServers.Name)]
public sealed class PromptKillTests(Archive archive, TestServers servers)
{
    private const int Seed = 5;

    // From the first key frame to the end of a pass over one of these clips, on a machine that has other work.
    private const int MostMilliseconds = 700;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Corrections_under_kills_leave_no_trace()
    {
        var kills = FaultNumbers.Read("SA2VA_FAULT_PROMPT_KILLS", 4);
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.NodeSettings["maxAttempts"] = 100;
        var nodes = new List<NodeProcess> { cluster.StartNode(), cluster.StartNode() };
        try
        {
            var quiet = await CompletedAsync(cluster);
            var before = await ChainsAsync(cluster, quiet);
            foreach (var prompt in Prompts())
            {
                await AddAsync(cluster, quiet, prompt);
                await UntilOverAsync(cluster, quiet);
            }

            var struck = await CompletedAsync(cluster);
            Assert.Equal(before, await ChainsAsync(cluster, struck));
            var (random, done) = (new Random(Seed), 0L);
            foreach (var prompt in Prompts())
            {
                await AddAsync(cluster, struck, prompt);
                while (done < kills && await BeginsAsync(cluster, struck) is { } holder)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(MostMilliseconds)), Stop);
                    var victim = nodes.FindIndex(node => node.Name == holder);
                    if (victim < 0 || await IsOverAsync(cluster, struck)) break;
                    nodes[victim] = await cluster.ReplaceAsync(nodes[victim]);
                    // Half of them at each prompt.
                    if (++done == kills / 2) break;
                }

                await UntilOverAsync(cluster, struck);
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{done} kills");
            Assert.True(done > 0);
            await AssertAlikeAsync(cluster, quiet, struck);
            Assert.NotEqual(before[0], (await ChainsAsync(cluster, struck))[0]);
        }
        finally
        {
            cluster.Report();
        }
    }

    /// <summary>Another object, shown by clicks; then a correction of what the first sentence had found.</summary>
    private static IReadOnlyList<PromptRequest> Prompts() =>
    [
        new(ObjectId: null, Text: null, "shown", [new VisualPrompt.Points(4, [96, 72, 20, 20], [1, 0])]),
        new(ObjectId: 1, Text: null, Label: null, [new VisualPrompt.Box(12, 30, 20, 120, 110)]),
    ];

    private async Task<JobReceipt> CompletedAsync(TestCluster cluster)
    {
        var job = await cluster.SubmitAsync(archive.Videos(1), Stop);
        await UntilOverAsync(cluster, job);
        return job;
    }

    private static async Task UntilOverAsync(TestCluster cluster, JobReceipt job) =>
        Assert.All(await cluster.WaitAsync(job, Stop), video => Assert.True(video.State == VideoState.Completed, $"{video.State}: {video.Error}"));

    private static async Task AddAsync(TestCluster cluster, JobReceipt job, PromptRequest prompt)
    {
        var (jobs, journal) = (cluster.Connection.Jobs, cluster.Connection.Journal);
        var view = (await jobs.FindVideoAsync(Video(job), Stop))!;
        var prompts = new VideoPrompts(journal, new VideoMailer(cluster.Connection.Transport, journal, "a test", TimeProvider.System), TimeProvider.System);
        await prompts.AddAsync((await jobs.FindJobAsync(job.JobId, Stop))!.Request, view, Guid.NewGuid().ToString("N"), prompt, Stop);
    }

    /// <summary>The node that begins the video next; null when it is over and nobody will.</summary>
    private static async Task<string?> BeginsAsync(TestCluster cluster, JobReceipt job)
    {
        if (await IsOverAsync(cluster, job)) return null;
        var line = await cluster.HearAsync(line => line.Video == Video(job) && line.EventId is NodeEvents.VideoBegins or NodeEvents.MessageForgotten, Stop);
        return line.EventId == NodeEvents.VideoBegins ? line.Node : null;
    }

    private static async Task<bool> IsOverAsync(TestCluster cluster, JobReceipt job) => (await cluster.Connection.Jobs.FindVideoAsync(Video(job), Stop))!.State == VideoState.Completed;

    private static async Task AssertAlikeAsync(TestCluster cluster, JobReceipt quiet, JobReceipt struck)
    {
        var expected = await ChainsAsync(cluster, quiet);
        Assert.Equal(expected, await ChainsAsync(cluster, struck));
        var video = await VideoHistory.LoadAsync(cluster.Connection.Journal, Video(struck), Stop);
        var blocks = (int)(video.Facts!.FrameCount + 63) / 64;
        // What the journal says is also what lies in Redis.
        for (var i = 0; i < expected.Count; i++) Assert.Equal(expected[i], await cluster.Connection.Results.ChainAsync(Video(struck), i + 1, blocks, Stop));
    }

    private static async Task<IReadOnlyList<string>> ChainsAsync(TestCluster cluster, JobReceipt job)
        => Assert.IsType<VideoEnding.Completed>((await VideoHistory.LoadAsync(cluster.Connection.Journal, Video(job), Stop)).Ending).Chains;

    private static string Video(JobReceipt job) => $"{job.JobId}-1";
}
