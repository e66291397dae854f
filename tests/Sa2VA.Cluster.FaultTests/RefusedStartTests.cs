using System.Text.Json.Nodes;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A node that cannot work with its settings does not start, and says which one is wrong.</summary>
[Collection(SteadyServers.Name)]
public sealed class RefusedStartTests(TestServers servers)
{
    private const int Usage = 2;
    private const int Server = 9;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_with_a_wrong_setting_ends_with_2_and_names_it()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("file");
        await File.WriteAllTextAsync(file, "no model, and no folder either", Stop);
        (string Setting, JsonNode Value, string Named)[] wrong =
        [
            ("slots", 2, "slots"),
            ("maxAttempts", 0, "maxAttempts is 0"),
            ("devices", new JsonArray(new JsonObject { ["device"] = "cuda:77" }), "devices (cuda:77)"),
            ("models", new JsonObject { ["nano"] = folder.FullPath }, "models.nano"),
            ("models", new JsonObject { ["nano"] = folder.File("none") }, "models.nano"),
            ("scratchFolder", file, "scratchFolder"),
            ("archive", new JsonObject { ["folder"] = file }, "Archive:Folder"),
            ("sources", new JsonObject { ["cacheFolder"] = file }, "sources.cacheFolder"),
        ];
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        await AssertRefusedAsync(Usage, wrong.Select(one => (one.Named, cluster.StartNode(one.Setting, one.Value))));
    }

    [Fact]
    public async Task A_node_without_one_of_its_servers_or_with_a_wrong_password_for_it_says_which()
    {
        using var folder = new TemporaryFolder();
        var password = folder.File("password");
        await File.WriteAllTextAsync(password, "guess", Stop);
        (string Setting, string Named)[] kinds = [("postgres", "PostgreSQL"), ("rabbitMq", "RabbitMQ"), ("redis", "Redis")];
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        var locked = kinds.Select(kind => (kind.Named, With(kind.Setting, endpoint => endpoint["password"]!["file"] = password))).ToList();
        // Nobody listens there: it is for the programs of the system.
        var absent = kinds.Select(kind => (kind.Named, With(kind.Setting, endpoint => endpoint["port"] = 1))).ToList();
        await AssertRefusedAsync(Usage, locked);
        await AssertRefusedAsync(Server, absent);

        NodeProcess With(string setting, Action<JsonNode> change)
        {
            var settings = cluster.ServersSetting();
            change(settings[setting]!);
            return cluster.StartNode("servers", settings);
        }
    }

    private static async Task AssertRefusedAsync(int expected, IEnumerable<(string Named, NodeProcess Node)> nodes)
    {
        // All of them at the same time.
        foreach (var (named, node) in nodes.ToList())
        {
            var code = await node.EndedAsync(Stop);
            Assert.True(code == expected && node.Said.Contains(named, StringComparison.Ordinal), $"'{named}' is expected, with {expected}; it ended with {code}: {node.Said}");
            Assert.DoesNotContain("   at ", node.Said, StringComparison.Ordinal);
        }
    }
}
