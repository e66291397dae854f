using System.Text.Json;
using Sa2VA.Media;

namespace Sa2VA.Cli.Tests;

[Collection(ModelCollection.Name)]
public sealed class ExportTests(ModelFixture fixture)
{
    private const int Frames = 4;

    [Fact]
    public async Task What_a_run_found_is_exported_by_one_command()
    {
        var run = await ResultsAsync();
        var coco = await Run("export", run, "--format", "coco", "--out", fixture.File("coco"));
        Assert.Equal(0, coco.ExitCode);
        Assert.Contains("1 video(s)", coco.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(fixture.File("coco"), "instances.json"), TestContext.Current.CancellationToken));
        Assert.Equal([4, 7, 10, 13], json.RootElement.GetProperty("images").EnumerateArray().Select(image => image.GetProperty("frame_index").GetInt32()));

        var overlay = await Run("export", run, "--format", "overlay", "--video", fixture.Clip, "--out", fixture.File("overlays"), "--json");
        Assert.Equal(0, overlay.ExitCode);
        Assert.Equal("result", overlay.Lines[^1].GetProperty("type").GetString());
        var video = Assert.Single(Directory.EnumerateFiles(fixture.File("overlays"), "*.mp4"));
        Assert.Equal(Frames, (await MediaProbe.ProbeAsync(video, MediaLimits.Default, TestContext.Current.CancellationToken)).FrameCount);
    }

    [Fact]
    public async Task A_mistake_is_a_sentence_and_a_code()
    {
        (await Run("export", fixture.File("no-such-run"), "--format", "csv", "--out", fixture.File("x"))).IsRefused(6, "has no masks.json");
        (await Run("export", "--format", "csv", "--out", fixture.File("x"))).IsRefused(2, "Give either folders of results, or --job");
        (await Run("export", "clip", "--format", "bmp", "--out", fixture.File("x"))).IsRefused(2, "bmp");
        (await Run("export", "--job", "1", "--format", "csv", "--out", fixture.File("x"))).IsRefused(2, "Which gateway?", "--server");
        (await Run("export", "clip", "--settings", "node.json", "--format", "csv", "--out", fixture.File("x"))).IsRefused(2, "say where a --job is");
        (await Run("export", "--job", "1", "--settings", "a", "--server", "b", "--format", "csv", "--out", fixture.File("x"))).IsRefused(2, "either --settings");
        (await Run("export", "a", "b", "--video", "c", "--format", "overlay", "--out", fixture.File("x"))).IsRefused(2, "--video is for one");
    }

    private Task<Sa2vaProcess> Run(params string[] arguments) => Sa2vaProcess.RunAsync(fixture.Folder, arguments);

    private async Task<string> ResultsAsync()
    {
        var output = fixture.File("to-export");
        var run = await Run("run", fixture.Clip, "--point", "48,32,4", "--frames", "4..15", "--stride", "3", "--model", fixture.Model, "--out", output, "--no-overlay");
        Assert.Equal(0, run.ExitCode);
        return output;
    }
}
