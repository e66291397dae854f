using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A person's way through a job, with the program as they have it.</summary>
[Collection(SteadyServers.Name)]
public sealed class JobCommandTests(Archive archive, TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_is_submitted_once_watched_verified_and_another_one_cancelled()
    {
        await using var cluster = await TestCluster.StartAsync(servers, Stop);
        using var folder = new TemporaryFolder();
        var settings = cluster.WriteSettings();
        var manifest = folder.File("videos.jsonl");
        await File.WriteAllLinesAsync(manifest, archive.Videos(2).Select(video => new JsonObject
        {
            ["video"] = video.Source, ["expressions"] = new JsonArray([.. video.Targets.Select(target => (JsonNode?)target.Label)]), ["name"] = video.Name,
        }.ToJsonString()), Stop);

        var first = Line(await RunAsync(0, "submit", manifest, "--model", NanoModel.Name, "--key", "mine", "--settings", settings, "--json"));
        Assert.Equal((2, true), (first.GetProperty("videos").GetInt32(), first.GetProperty("isNew").GetBoolean()));
        var job = first.GetProperty("jobId").GetString()!;
        var again = Line(await RunAsync(0, "submit", manifest, "--model", NanoModel.Name, "--key", "mine", "--settings", settings, "--json"));
        Assert.Equal((job, false), (again.GetProperty("jobId").GetString(), again.GetProperty("isNew").GetBoolean()));

        var other = Line(await RunAsync(0, "submit", manifest, "--model", NanoModel.Name, "--settings", settings, "--json")).GetProperty("jobId").GetString()!;
        Assert.Contains("2 video(s) cancelled", await RunAsync(0, "cancel", other, "--settings", settings), StringComparison.Ordinal);
        cluster.StartNode();
        try
        {
            var videos = await cluster.WaitAsync(new Jobs.JobReceipt(job, 2, IsNew: true), Stop);
            await Outcome.AssertUntouchedAsync(cluster, archive, videos, Stop);
        }
        finally
        {
            cluster.Report();
        }

        var listed = await RunAsync(0, "videos", job, "--settings", settings);
        Assert.Equal(2, listed.Split('\n').Count(line => line.Contains("completed", StringComparison.Ordinal)));
        Assert.Contains("2 cancelled", await RunAsync(0, "jobs", "--settings", settings), StringComparison.Ordinal);
        Assert.Contains("nothing is wrong", await RunAsync(0, "doctor", "--verify", job, "--settings", settings), StringComparison.Ordinal);
        Assert.Equal("", await RunAsync(0, "dead", "--settings", settings));

        Assert.Contains("no-such-job", await RunAsync(2, "videos", "no-such-job", "--settings", settings), StringComparison.Ordinal);
        Assert.Contains("--model is 'huge'", await RunAsync(2, "submit", manifest, "--model", "huge", "--settings", settings), StringComparison.Ordinal);
        Assert.Contains("The manifest 'no-such-file' cannot be read", await RunAsync(2, "submit", "no-such-file", "--model", NanoModel.Name, "--settings", settings), StringComparison.Ordinal);
        Assert.Contains("Try 'sa2va cluster submit --help'", await RunAsync(2, "submit", manifest, "--model", NanoModel.Name), StringComparison.Ordinal);
        await File.WriteAllTextAsync(manifest, "{\"video\": \"a.mp4\", \"expressions\": [\"x\"]}\n{\"video\": 7}\n", Stop);
        Assert.Contains("ine 2", await RunAsync(2, "submit", manifest, "--model", NanoModel.Name, "--settings", settings), StringComparison.Ordinal);
    }

    private static JsonElement Line(string output) => JsonDocument.Parse(output).RootElement;

    private static Task<string> RunAsync(int exitCode, params string[] arguments) => Sa2vaCommand.RunAsync(exitCode, Stop, arguments);
}
