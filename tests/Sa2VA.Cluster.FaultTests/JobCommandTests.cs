using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A person's way through a job, with the program as they have it.</summary>
[Collection(SteadyServers.Name)]
public sealed class JobCommandTests(Archive archive, TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_is_submitted_once_watched_verified_exported_and_another_one_cancelled()
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

        await AssertExportedAsync(cluster, job, settings, folder);
        Assert.Contains("no-such-job", await RunAsync(2, "videos", "no-such-job", "--settings", settings), StringComparison.Ordinal);
        Assert.Contains("--model is 'huge'", await RunAsync(2, "submit", manifest, "--model", "huge", "--settings", settings), StringComparison.Ordinal);
        Assert.Contains("The manifest 'no-such-file' cannot be read", await RunAsync(2, "submit", "no-such-file", "--model", NanoModel.Name, "--settings", settings), StringComparison.Ordinal);
        Assert.Contains("Try 'sa2va cluster submit --help'", await RunAsync(2, "submit", manifest, "--model", NanoModel.Name), StringComparison.Ordinal);
        await File.WriteAllTextAsync(manifest, "{\"video\": \"a.mp4\", \"expressions\": [\"x\"]}\n{\"video\": 7}\n", Stop);
        Assert.Contains("ine 2", await RunAsync(2, "submit", manifest, "--model", NanoModel.Name, "--settings", settings), StringComparison.Ordinal);
    }

    /// <summary>Straight from the servers, without a gateway: what COCO has is what is stored, and the pictures are as many as the frames.</summary>
    private static async Task AssertExportedAsync(TestCluster cluster, string job, string settings, TemporaryFolder folder)
    {
        var done = Line((await ExportAsync(0, job, settings, "coco", folder.File("coco"), "--json")).Split('\n')[^1]);
        Assert.Equal(("completed", 2), (done.GetProperty("outcome").GetString(), done.GetProperty("videos").GetInt32()));
        using var coco = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder.File("coco"), "instances.json"), Stop));
        var (images, annotations) = (coco.RootElement.GetProperty("images").EnumerateArray().ToList(), coco.RootElement.GetProperty("annotations").EnumerateArray().ToList());
        var (frames, stored) = (0, new List<string>());
        foreach (var view in await cluster.Connection.Jobs.ListVideosAsync(job, state: null, after: null, 2, Stop))
        {
            var video = (await StoredVideo.FindAsync(cluster.Connection.Journal, cluster.Connection.Results, view.VideoId, Stop))!;
            await foreach (var step in video.Masks.ReadAsync(Stop))
            {
                frames++;
                stored.AddRange(step.Masks.Where(mask => RleCodec.Area(mask.Rle) > 0).Select(mask => mask.Rle.Counts));
            }
        }

        Assert.Equal(frames, images.Count);
        Assert.NotEmpty(stored);
        Assert.Equal(stored.Order(StringComparer.Ordinal), annotations.Select(one => one.GetProperty("segmentation").GetProperty("counts").GetString()!).Order(StringComparer.Ordinal));

        await ExportAsync(0, job, settings, "davis", folder.File("davis"), "--only", $"{job}-2");
        Assert.Equal(images.Count(image => image.GetProperty("video_id").GetInt32() == 2), Directory.GetFiles(folder.File("davis"), "*.png", SearchOption.AllDirectories).Length);
        Assert.Contains("There is no job 'no-such-job'", await ExportAsync(2, "no-such-job", settings, "csv", folder.File("csv")), StringComparison.Ordinal);
    }

    private static Task<string> ExportAsync(int exitCode, string job, string settings, string format, string output, params string[] more) =>
        Sa2vaCommand.RunPlainAsync(exitCode, Stop, ["export", "--job", job, "--settings", settings, "--format", format, "--out", output, .. more]);

    private static JsonElement Line(string output) => JsonDocument.Parse(output).RootElement;

    private static Task<string> RunAsync(int exitCode, params string[] arguments) => Sa2vaCommand.RunAsync(exitCode, Stop, arguments);
}
