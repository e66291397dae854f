using System.Diagnostics;
using System.Text.Json;
using Sa2VA.Cluster.Local;

namespace Sa2VA.Cli.Tests;

[Collection(ModelCollection.Name)]
public sealed class ClusterTests(ModelFixture fixture) : IAsyncLifetime
{
    private readonly TemporaryServerFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Folder => Path.Combine(_folder.FullPath, "cluster");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task A_cluster_on_this_machine_starts_works_loses_a_node_and_stops()
    {
        Assert.SkipUnless(LocalPostgres.IsInstalled && LocalRabbitMq.IsInstalled && LocalRedis.IsInstalled, "A server is not installed: run scripts/setup.sh --servers.");
        string[] up = ["up", "--gateway", "--nodes", "2", "--model", $"tiny={fixture.Model}", "--videos", fixture.Folder];
        var started = await ClusterAsync(up);
        Assert.Equal(0, started.ExitCode);
        Assert.Equal(["gateway", "node-1", "node-2", "postgres", "rabbitmq", "redis"], [.. Processes(started).Keys.Order(StringComparer.Ordinal)]);
        Assert.All(started.Lines.Where(line => line.TryGetProperty("state", out _)), line => Assert.Equal("started", line.GetProperty("state").GetString()));
        var settings = Path.Combine(Folder, "node.json");
        foreach (var server in started.Lines.Where(line => line.GetProperty("type").GetString() == "server"))
        {
            var password = (await File.ReadAllTextAsync(server.GetProperty("passwordFile").GetString()!, Stop)).Trim();
            Assert.DoesNotContain(password, started.Output + started.Errors + await File.ReadAllTextAsync(settings, Stop), StringComparison.Ordinal);
        }

        var again = await ClusterAsync("up", "--gateway", "--nodes", "2");
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(Processes(started), Processes(again));
        Assert.All(again.Lines.Where(line => line.TryGetProperty("state", out _)), line => Assert.StartsWith("runs already", line.GetProperty("state").GetString(), StringComparison.Ordinal));

        await WorksAsync(settings);
        await WorksByGatewayAsync(started);

        using (var node = Process.GetProcessById(Processes(started)["node-2"]))
        {
            node.Kill();
            await node.WaitForExitAsync(Stop);
        }

        var hurt = await ClusterAsync("status");
        Assert.Equal(ExitCodes.Server, hurt.ExitCode);
        Assert.DoesNotContain("node-2", Processes(hurt).Keys);
        Assert.Contains(hurt.Lines, line => line.GetProperty("name").GetString() == "node-2" && line.GetProperty("state").GetString() == "down");
        Assert.Contains(hurt.Lines, line => line.GetProperty("name").GetString() == "work.normal" && line.GetProperty("waiting").GetInt64() == 0);

        var stopped = await ClusterAsync("down");
        Assert.Equal(0, stopped.ExitCode);
        Assert.Empty(Processes(stopped));
        Assert.Equal(["stopped", "stopped", "stopped", "stopped", "stopped", "was down"], [.. stopped.Lines.Select(line => line.GetProperty("state").GetString()!).Order(StringComparer.Ordinal)]);
        // Its profile ends with it.
        (await Sa2vaProcess.RunAsync(fixture.Folder, "status")).IsRefused(ExitCodes.Usage, "Which gateway?");
        Assert.Equal(0, (await ClusterAsync("down")).ExitCode);
        Assert.Equal(ExitCodes.Server, (await ClusterAsync("status")).ExitCode);
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_is_down()
    {
        var status = await Sa2vaProcess.RunAsync(fixture.Folder, "cluster", "status", "--folder", Folder);
        Assert.Equal(ExitCodes.Server, status.ExitCode);
        Assert.Contains("cluster up", status.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await ClusterAsync("down")).ExitCode);
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task Nodes_that_could_not_work_are_refused_before_anything_starts()
    {
        (await PlainAsync("up")).IsRefused(ExitCodes.Usage, "--model", "--nodes 0");
        (await PlainAsync("up", "--nodes", "65", "--model", fixture.Model)).IsRefused(ExitCodes.Usage, "--nodes", "64");
        (await PlainAsync("up", "--model", "m=" + fixture.File("no-model"))).IsRefused(ExitCodes.Model, "'m'", "no-model");
        Assert.False(Directory.Exists(Folder));
    }

    /// <summary>A video that is submitted as the documentation says is done.</summary>
    private async Task WorksAsync(string settings)
    {
        var manifest = fixture.File("videos.jsonl");
        await File.WriteAllTextAsync(manifest, JsonSerializer.Serialize(new { video = fixture.Clip, expressions = new[] { "a ball" } }) + "\n", Stop);
        var submitted = await Sa2vaProcess.RunAsync(fixture.Folder, "cluster", "submit", manifest, "--model", "tiny", "--settings", settings, "--json");
        Assert.Equal(0, submitted.ExitCode);
        var job = submitted.Lines.Single().GetProperty("jobId").GetString()!;
        JsonElement video;
        do
        {
            video = (await Sa2vaProcess.RunAsync(fixture.Folder, "cluster", "videos", job, "--settings", settings, "--json")).Lines.Single();
        }
        while (video.GetProperty("state").GetString() is "waiting" or "running");
        Assert.Equal(("completed", 20), (video.GetProperty("state").GetString(), video.GetProperty("framesDone").GetInt32()));
    }

    /// <summary>The gateway's key is a profile by now: nothing has to be named, and a video is done from the command line alone.</summary>
    private async Task WorksByGatewayAsync(Sa2vaProcess started)
    {
        var told = started.Lines.Single(line => line.TryGetProperty("address", out _));
        var key = (await File.ReadAllTextAsync(told.GetProperty("keyFile").GetString()!, Stop)).Trim();
        Assert.DoesNotContain(key, started.Output + started.Errors, StringComparison.Ordinal);
        var done = await Sa2vaProcess.RunAsync(fixture.Folder, "submit", fixture.Clip, "a ball", "--watch");
        Assert.Equal(0, done.ExitCode);
        Assert.Contains("1 completed", done.Output, StringComparison.Ordinal);
    }

    private Task<Sa2vaProcess> ClusterAsync(params string[] arguments) => PlainAsync([.. arguments, "--json"]);

    private Task<Sa2vaProcess> PlainAsync(params string[] arguments) => Sa2vaProcess.RunAsync(fixture.Folder, ["cluster", .. arguments, "--folder", Folder]);

    /// <summary>What runs, by name.</summary>
    private static Dictionary<string, int> Processes(Sa2vaProcess told) => told.Lines
        .Where(line => line.TryGetProperty("pid", out var id) && id.ValueKind == JsonValueKind.Number)
        .ToDictionary(line => line.GetProperty("name").GetString()!, line => line.GetProperty("pid").GetInt32(), StringComparer.Ordinal);
}
