namespace Sa2VA.Cli.Tests;

[Collection(ModelCollection.Name)]
public sealed class UsageTests(ModelFixture fixture)
{
    [Fact]
    public async Task Help_shows_options_and_examples()
    {
        var root = await Run("--help");
        Assert.Equal(0, root.ExitCode);
        Assert.Contains("models", root.Output, StringComparison.Ordinal);
        var run = await Run("run", "--help");
        Assert.Equal(0, run.ExitCode);
        foreach (var word in (string[])["VIDEO", "EXPRESSION", "--point", "--box", "--mask", "--model", "--out", "--device", "--frames", "--stride", "--protocol", "--keyframes", "--threads", "--json", "--png", "--checkpoint-every", "Examples:", "the person in the red shirt"])
            Assert.Contains(word, run.Output, StringComparison.Ordinal);
        var init = await Run("models", "init", "--help");
        Assert.Contains("sam2.1-b+", init.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_on_the_command_line_end_with_2_and_say_what_is_expected()
    {
        (await Run("run")).IsRefused(ExitCodes.Usage, "run", "--help");
        (await Run("walk")).IsRefused(ExitCodes.Usage, "walk");
        (await Run("run", fixture.Clip, "a ball", "--sped", "3", "--model", fixture.Model)).IsRefused(ExitCodes.Usage, "--sped", "--help");
        (await Run("run", fixture.Clip, "--model", fixture.Model)).IsRefused(ExitCodes.Usage, "Nothing to find");
        (await Run("run", fixture.Clip, "a ball")).IsRefused(ExitCodes.Usage, "--model", "SA2VA_MODEL");
        (await Run("run", fixture.Clip, "a ball", "--model", fixture.Model, "--stride", "0")).IsRefused(ExitCodes.Usage, "--stride", "at least 1");
        (await Run("run", fixture.Clip, "a ball", "--model", fixture.Model, "--protocol", "other")).IsRefused(ExitCodes.Usage, "sa2va-i");
        (await Run("run", fixture.Clip, "--point", "3", "--model", fixture.Model)).IsRefused(ExitCodes.Usage, "--point '3'", "x,y[,frame]");
        (await Run("run", fixture.Clip, "a ball", "--model", fixture.Model, "--frames", "9..3")).IsRefused(ExitCodes.Usage, "--frames '9..3'");
        (await Run("models", "init", "--preset", "huge", fixture.File("huge"))).IsRefused(ExitCodes.Usage, "huge", "tiny");
    }

    [Fact]
    public async Task A_video_that_cannot_be_used_ends_with_3()
    {
        (await Find(fixture.File("none.mp4"))).IsRefused(ExitCodes.Media, "none.mp4");
        await File.WriteAllTextAsync(fixture.File("text.mp4"), "no video", TestContext.Current.CancellationToken);
        (await Find(fixture.File("text.mp4"))).IsRefused(ExitCodes.Media, "text file");
        await ModelFixture.FfmpegAsync("-f lavfi -i sine -t 1 " + fixture.File("audio.mp4"));
        (await Find(fixture.File("audio.mp4"))).IsRefused(ExitCodes.Media, "no video stream");
        (await Find("http://127.0.0.1:9/clip.mp4")).IsRefused(ExitCodes.Media);
    }

    [Fact]
    public async Task A_model_that_cannot_be_used_ends_with_4()
    {
        (await Run("run", fixture.Clip, "a ball", "--model", fixture.File("no-model"))).IsRefused(ExitCodes.Model, "no-model");
        Directory.CreateDirectory(fixture.File("hollow"));
        (await Run("run", fixture.Clip, "a ball", "--model", fixture.File("hollow"))).IsRefused(ExitCodes.Model, "hollow");
        (await Run("models", "inspect", fixture.File("hollow"))).IsRefused(ExitCodes.Model, "hollow");
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_ends_with_6()
    {
        await File.WriteAllTextAsync(fixture.File("a-file"), "", TestContext.Current.CancellationToken);
        (await Run("run", fixture.Clip, "a ball", "--model", fixture.Model, "--out", fixture.File("a-file"))).IsRefused(ExitCodes.Output, "a-file", "--out");
    }

    [Fact]
    public async Task A_device_that_is_not_there_ends_with_5() =>
        (await Run("run", fixture.Clip, "a ball", "--model", fixture.Model, "--device", "cuda:99", "--out", fixture.File("device"))).IsRefused(ExitCodes.Device, "cuda:99");

    [Fact]
    public async Task A_folder_is_described()
    {
        var text = await Run("models", "inspect", fixture.Model);
        Assert.Equal(0, text.ExitCode);
        Assert.Contains("[SEG]", text.Output, StringComparison.Ordinal);
        var json = await Run("models", "inspect", "--json", fixture.Model);
        using var report = System.Text.Json.JsonDocument.Parse(json.Output);
        Assert.True(report.RootElement.GetProperty("isUsable").GetBoolean());
    }

    [Fact]
    public async Task Errors_are_JSON_when_asked_for()
    {
        var result = await Run("run", fixture.File("none.mp4"), "a ball", "--model", fixture.Model, "--json");
        var error = result.Lines[^1];
        Assert.Equal(("error", "video", 3), (error.GetProperty("type").GetString(), error.GetProperty("kind").GetString(), error.GetProperty("exitCode").GetInt32()));
        Assert.Equal(3, result.ExitCode);
    }

    private Task<Sa2vaProcess> Run(params string[] arguments) => Sa2vaProcess.RunAsync(fixture.Folder, arguments);

    private Task<Sa2vaProcess> Find(string video) => Run("run", video, "a ball", "--model", fixture.Model, "--out", fixture.File("refused"));
}
