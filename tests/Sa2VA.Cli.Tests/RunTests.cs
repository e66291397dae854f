using System.Text.Json;
using Sa2VA.Media.Masks;
using Sa2VA.Media;

namespace Sa2VA.Cli.Tests;

[Collection(ModelCollection.Name)]
public sealed class RunTests(ModelFixture fixture)
{
    [Fact]
    public async Task A_run_leaves_files_for_people_and_for_programs()
    {
        var output = fixture.File("whole");
        var run = await Run("run", fixture.Clip, "the moving bar", "--point", "48,32", "--box", "patch=8,8,40,40,3", "--png", "--threads", "1", "--model", fixture.Model, "--out", output);
        Assert.Equal(0, run.ExitCode);
        foreach (var name in (string[])["overlay.mp4", "sheet.png", "masks.json", "answer.txt"])
        {
            Assert.True(File.Exists(Path.Combine(output, name)), name);
            Assert.Contains(name, run.Output, StringComparison.Ordinal);
        }

        // Lines, not a live bar: this is not a terminal.
        Assert.Contains("Tracking", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Errors);
        Assert.Equal(20, (await MediaProbe.ProbeAsync(Path.Combine(output, "overlay.mp4"), MediaLimits.Default, TestContext.Current.CancellationToken)).FrameCount);
        Assert.Contains("> the moving bar", await File.ReadAllTextAsync(Path.Combine(output, "answer.txt"), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        using var masks = Masks(output);
        var objects = masks.RootElement.GetProperty("objects").EnumerateArray().ToArray();
        Assert.Equal(["the moving bar", "point 48,32", "patch"], objects.Select(o => o.GetProperty("label").GetString()));
        Assert.All(objects, o => Assert.Contains(o.GetProperty("sha256Chain").GetString()!, run.Output, StringComparison.Ordinal));
        var frames = masks.RootElement.GetProperty("frames").EnumerateArray().ToArray();
        Assert.Equal(Enumerable.Range(0, 20), frames.Select(f => f.GetProperty("frame").GetInt32()));
        Assert.Equal(1.0, frames[12].GetProperty("seconds").GetDouble(), 6);
        for (var i = 0; i < frames.Length; i++)
            await CheckFrame(frames[i], Path.Combine(output, "masks", $"{i:D5}.png"));
    }

    [Fact]
    public async Task Questions_are_answered_beside_what_is_found_or_alone()
    {
        var output = fixture.File("asked");
        var run = await Run("run", fixture.Clip, "the moving bar", "--ask", "What happens here?", "--caption", "--no-overlay", "--threads", "1", "--model", fixture.Model, "--out", output, "--json");
        Assert.Equal(0, run.ExitCode);
        using var masks = Masks(output);
        var said = Assert.Single(masks.RootElement.GetProperty("questions").EnumerateArray());
        Assert.Equal(("What happens here?", true, 2), (said.GetProperty("question").GetString(), said.GetProperty("complete").GetBoolean(), said.GetProperty("objects")[0].GetInt32()));
        Assert.Equal(3, masks.RootElement.GetProperty("caption").GetProperty("phrases")[0].GetProperty("object").GetInt32());
        Assert.Equal(3, masks.RootElement.GetProperty("objects").GetArrayLength());
        Assert.Equal(said.GetRawText(), run.Lines[^1].GetProperty("questions")[0].GetRawText());
        var answers = await File.ReadAllTextAsync(Path.Combine(output, "answer.txt"), TestContext.Current.CancellationToken);
        Assert.Contains($"> What happens here?{Environment.NewLine}[SEG]{Environment.NewLine}object 2", answers, StringComparison.Ordinal);
        Assert.Contains("> caption", answers, StringComparison.Ordinal);

        var none = await Run("run", fixture.Clip, "--model", fixture.Model, "--out", output);
        Assert.Equal(ExitCodes.Usage, none.ExitCode);
        Assert.Contains("--ask or --caption", none.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_about_nothing_but_words_leaves_words()
    {
        var (model, output) = (fixture.File("mute-for-words"), fixture.File("words"));
        Assert.Equal(0, (await Run("models", "init", "--preset", "tiny", "--seed", "3", "--no-seg", model)).ExitCode);
        var run = await Run("run", fixture.Clip, "--ask", "What happens here?", "--threads", "1", "--model", model, "--out", output);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("What happens here?", run.Output, StringComparison.Ordinal);
        using var masks = Masks(output);
        Assert.Empty(masks.RootElement.GetProperty("frames").EnumerateArray());
        Assert.True(masks.RootElement.GetProperty("complete").GetBoolean());
        Assert.DoesNotContain("absent", await File.ReadAllTextAsync(Path.Combine(output, "answer.txt"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(output, "overlay.mp4")));
    }

    [Fact]
    public async Task A_selection_of_frames_keeps_their_numbers()
    {
        var output = fixture.File("part");
        var run = await Run("run", fixture.Clip, "--point", "48,32,4", "--frames", "4..15", "--stride", "3", "--model", fixture.Model, "--out", output, "--json");
        Assert.Equal(0, run.ExitCode);
        using var masks = Masks(output);
        Assert.Equal([4, 7, 10, 13], masks.RootElement.GetProperty("frames").EnumerateArray().Select(f => f.GetProperty("frame").GetInt32()));
        var result = run.Lines[^1];
        Assert.Equal(("result", "completed", 4), (result.GetProperty("type").GetString(), result.GetProperty("outcome").GetString(), result.GetProperty("framesDone").GetInt32()));
        Assert.Contains(run.Lines, line => line.GetProperty("type").GetString() == "progress");
        Assert.Matches("^[0-9a-f]{64}$", result.GetProperty("objects")[0].GetProperty("sha256Chain").GetString());
    }

    [Fact]
    public async Task A_run_that_is_stopped_goes_on_and_ends_with_the_same_bytes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix.");
        string[] arguments = ["run", fixture.LongClip, "--point", "48,32", "--model", fixture.Model, "--json", "--no-overlay", "--checkpoint-every", "16", "--threads", "1", "--out"];
        var whole = await Run([.. arguments, fixture.File("uninterrupted")]);
        Assert.Equal(0, whole.ExitCode);

        var signalled = false;
        var stopped = await Sa2vaProcess.RunAsync(fixture.Folder, (line, process) =>
        {
            if (signalled || !line.Contains("\"Tracking\"", StringComparison.Ordinal))
                return;
            signalled = true;
            System.Diagnostics.Process.Start("kill", ["-INT", process.Id.ToString()]).WaitForExit();
        }, [.. arguments, fixture.File("stopped")]);
        Assert.Equal(ExitCodes.Interrupted, stopped.ExitCode);
        var result = stopped.Lines[^1];
        Assert.Equal("interrupted", result.GetProperty("outcome").GetString());
        Assert.InRange(result.GetProperty("framesDone").GetInt32(), 0, 79);
        Assert.StartsWith("sa2va run ", result.GetProperty("resume").GetString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(fixture.File("stopped"), "masks.json")));

        var resumed = await Run([.. arguments, fixture.File("stopped")]);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(result.GetProperty("framesDone").GetInt32(), resumed.Lines[^1].GetProperty("resumedAt").GetInt32());
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(fixture.File("uninterrupted"), "masks.json"), TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(Path.Combine(fixture.File("stopped"), "masks.json"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_truncated_video_keeps_the_frames_before_and_ends_with_3()
    {
        var whole = fixture.File("front.mp4");
        await ModelFixture.FfmpegAsync($"-i {fixture.LongClip} -c copy -movflags faststart {whole}");
        var bytes = await File.ReadAllBytesAsync(whole, TestContext.Current.CancellationToken);
        var cut = fixture.File("cut.mp4");
        await File.WriteAllBytesAsync(cut, bytes.AsMemory(0, bytes.Length * 6 / 10), TestContext.Current.CancellationToken);
        var run = await Run("run", cut, "--point", "48,32", "--model", fixture.Model, "--no-overlay", "--out", fixture.File("cut"));
        Assert.Equal(ExitCodes.Media, run.ExitCode);
        Assert.Contains("cut off", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        using var masks = Masks(fixture.File("cut"));
        Assert.NotEmpty(masks.RootElement.GetProperty("frames").EnumerateArray());
    }

    private static async Task CheckFrame(JsonElement frame, string palette)
    {
        var expected = new byte[64 * 96];
        foreach (var mask in frame.GetProperty("masks").EnumerateArray())
        {
            var segmentation = mask.GetProperty("segmentation");
            Assert.Equal([64, 96], segmentation.GetProperty("size").EnumerateArray().Select(n => n.GetInt32()));
            var pixels = RleCodec.Decode(new Rle(64, 96, segmentation.GetProperty("counts").GetString()!));
            Assert.Equal(mask.GetProperty("area").GetInt64(), pixels.Sum(p => (long)p));
            Assert.InRange(mask.GetProperty("predictedIou").GetDouble(), -10, 10);
            for (var i = 0; i < pixels.Length; i++)
            {
                if (pixels[i] != 0)
                    expected[i] = (byte)mask.GetProperty("object").GetInt32();
            }
        }

        var png = PngReader.Read(await File.ReadAllBytesAsync(palette, TestContext.Current.CancellationToken), palette);
        Assert.True(png.IsIndexed);
        Assert.Equal(expected, png.Pixels);
    }

    private static JsonDocument Masks(string folder) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "masks.json")));

    private Task<Sa2vaProcess> Run(params string[] arguments) => Sa2vaProcess.RunAsync(fixture.Folder, arguments);
}
