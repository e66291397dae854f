using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Nodes.Presence;
using Sa2VA.Cluster.Redis;
using Sa2VA.Cluster.Tests.Servers;

namespace Sa2VA.Cluster.Tests.Redis;

public sealed class RedisNodeRegistryTests(ServersFixture servers)
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_are_listed_with_their_silence_and_leave()
    {
        await using var connection = await RedisConnection.OpenAsync(await servers.RedisAsync(Stop), new RedisOptions(), cancellationToken: Stop);
        var registry = new RedisNodeRegistry(connection);
        Assert.Empty(await registry.ListAsync(Stop));
        await registry.AnnounceAsync(Node("b"), Stop);
        await registry.AnnounceAsync(Node("a") with { IsDraining = true, Videos = [new HeldVideo("j-1", Noon)] }, Stop);
        // As if it had been silent for a minute, by the server's clock.
        await connection.ExecuteAsync(database => database.KeyExpireAsync("sa2va:{nodes}:b", INodeRegistry.Memory - TimeSpan.FromMinutes(1)), Stop);

        var nodes = await registry.ListAsync(Stop);
        Assert.Equivalent(Node("a") with { IsDraining = true, Videos = [new HeldVideo("j-1", Noon)] }, nodes[0].Node, strict: true);
        Assert.Equal([("a", true), ("b", false)], nodes.Select(known => (known.Node.Name, known.IsAlive)));
        Assert.InRange(nodes[1].Silence, TimeSpan.FromSeconds(59), TimeSpan.FromSeconds(90));

        await registry.LeaveAsync("a", Stop);
        await connection.ExecuteAsync(database => database.KeyDeleteAsync("sa2va:{nodes}:b"), Stop);
        Assert.Empty(await registry.ListAsync(Stop));
        Assert.Equal(0, await connection.ExecuteAsync(database => database.SetLengthAsync("sa2va:{nodes}"), Stop));
    }

    private static NodePresence Node(string name) =>
        new(name, [NodeRole.Keyframe, NodeRole.Tracker], ["nano"], [new PresentDevice("cpu", 2)], Noon, IsDraining: false, []);
}
