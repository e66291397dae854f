using Sa2VA.Cluster.Local;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A server is killed, or stopped, in the middle of a job and is away for a while: work pauses and goes on, and the nodes are none the worse.</summary>
[Collection(StruckServers.Name)]
public sealed class ServerAbsenceTests(Archive archive, TestServers servers, StandingCluster standing) : IClassFixture<StandingCluster>
{
    private static readonly TimeSpan s_away = TimeSpan.FromSeconds(FaultNumbers.Read("SA2VA_FAULT_AWAY_SECONDS", 8));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("postgres", true)]
    [InlineData("rabbitmq", true)]
    [InlineData("redis", true)]
    [InlineData("postgres", false)]
    [InlineData("rabbitmq", false)]
    [InlineData("redis", false)]
    public async Task Work_outlasts_a_server_that_goes_away(string name, bool isKilled)
    {
        var cluster = await standing.OnAsync(servers, Stop);
        LocalServer server = name switch { "postgres" => cluster.Servers.Postgres, "rabbitmq" => cluster.Servers.RabbitMq, _ => cluster.Servers.Redis };
        await server.StartAsync(Stop);
        var job = await cluster.SubmitAsync(archive.Videos(6), Stop);
        try
        {
            await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins && line.Video!.StartsWith(job.JobId, StringComparison.Ordinal), Stop);
            await (isKilled ? server.KillAsync(Stop) : server.StopAsync(Stop));
            await Task.Delay(s_away, Stop);
            await server.StartAsync(Stop);
            await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);
            Assert.All(cluster.Nodes, node => Assert.True(node.IsAlive, node.Name));
        }
        finally
        {
            cluster.Report();
        }
    }
}
