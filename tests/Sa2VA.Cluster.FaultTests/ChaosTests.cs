using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Local;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>
/// Every kind of fault, in an order that a seed decides, for as long as one likes: <c>scripts/chaos.sh --seed S --minutes M</c>. Here for half
/// a minute.
/// </summary>
[Collection(StruckServers.Name)]
public sealed class ChaosTests(Archive archive, TestServers servers)
{
    private const int VideosPerJob = 8;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_happens_every_video_ends_with_its_masks()
    {
        var seed = (int)FaultNumbers.Read("SA2VA_CHAOS_SEED", 1);
        var end = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(FaultNumbers.Read("SA2VA_CHAOS_MINUTES", 0.5));
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        cluster.NodeSettings["maxAttempts"] = 100;
        cluster.NodeSettings["heartbeat"] = "00:00:02";
        var chaos = new Chaos(cluster, new Random(seed));
        await chaos.BeginAsync(nodes: 2);
        var done = new List<string>();
        try
        {
            var jobs = new List<JobReceipt> { await cluster.SubmitAsync(archive.Videos(VideosPerJob), Stop) };
            while (TimeProvider.System.GetUtcNow() < end)
            {
                var fault = await chaos.StrikeAsync(Stop);
                done.Add(fault);
                TestContext.Current.SendDiagnosticMessage($"{TimeProvider.System.GetUtcNow():HH:mm:ss} {fault}");
                if (await cluster.IsNothingWaitingAsync(jobs[^1], Stop)) jobs.Add(await cluster.SubmitAsync(archive.Videos(VideosPerJob), Stop));
            }

            foreach (var job in jobs) await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);
            TestContext.Current.SendDiagnosticMessage($"seed {seed}: {done.Count} faults, {jobs.Sum(job => job.Videos)} videos, every mask as without faults");
        }
        finally
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {string.Join("; ", done)}");
            cluster.Report();
        }
    }

    /// <summary>Strikes, and sets right what it struck: the number of nodes stays, servers come back.</summary>
    private sealed class Chaos(TestCluster cluster, Random random)
    {
        private readonly List<NodeProcess> _nodes = [];

        public async Task BeginAsync(int nodes)
        {
            for (var i = 0; i < nodes; i++) _nodes.Add(cluster.StartNode());
            await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins || line.EventId == NodeEvents.Started, Stop);
        }

        public async Task<string> StrikeAsync(CancellationToken stop)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(200, 3000)), stop);
            var at = random.Next(_nodes.Count);
            var node = _nodes[at];
            switch (random.Next(10))
            {
                case < 5:
                    _nodes[at] = await cluster.ReplaceAsync(node);
                    return $"killed {node.Name}";
                case 5:
                    await node.DrainAsync(stop);
                    _nodes[at] = cluster.StartNode();
                    return $"drained {node.Name}";
                case 6:
                    node.Freeze();
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(500, 8000)), stop);
                    node.Thaw();
                    return $"froze {node.Name}";
                default:
                    LocalServer server = random.Next(3) switch { 0 => cluster.Servers.Postgres, 1 => cluster.Servers.RabbitMq, _ => cluster.Servers.Redis };
                    await server.KillAsync(stop);
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 4000)), stop);
                    await server.StartAsync(stop);
                    return $"killed {server.Name}";
            }
        }
    }
}
