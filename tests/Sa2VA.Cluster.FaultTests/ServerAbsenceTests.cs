using System.Globalization;
using Sa2VA.Cluster.Local;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A server is killed, or stopped, in the middle of a job and is away for a while: work pauses and goes on.</summary>
[Collection(ArchiveCollection.Name)]
public sealed class ServerAbsenceTests(Archive archive)
{
    /// <summary>Seconds that a server stays away; a minute in the long version.</summary>
    private const string AwayVariable = "SA2VA_FAULT_AWAY_SECONDS";

    private static readonly TimeSpan s_away = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable(AwayVariable) is { Length: > 0 } seconds ? seconds : "8", CultureInfo.InvariantCulture));

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
        await using var cluster = await TestCluster.StartAsync(Stop);
        LocalServer server = name switch { "postgres" => cluster.Servers.Postgres, "rabbitmq" => cluster.Servers.RabbitMq, _ => cluster.Servers.Redis };
        cluster.StartNode();
        cluster.StartNode();
        var job = await cluster.SubmitAsync(archive.Videos(6), Stop);
        try
        {
            await cluster.HearAsync(line => line.EventId == NodeEvents.VideoBegins, Stop);
            await (isKilled ? server.KillAsync(Stop) : server.StopAsync(Stop));
            await Task.Delay(s_away, Stop);
            await server.StartAsync(Stop);
            await Outcome.AssertUntouchedAsync(cluster, archive, await cluster.WaitAsync(job, Stop), Stop);
        }
        finally
        {
            cluster.Report();
        }
    }
}
