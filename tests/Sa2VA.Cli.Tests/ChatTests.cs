using System.Diagnostics;
using System.Text.Json;
using Sa2VA.Media;

namespace Sa2VA.Cli.Tests;

/// <summary>Conversations, captions and descriptions, by the real program with tiny models.</summary>
[Collection(ModelCollection.Name)]
public sealed class ChatTests(ModelFixture fixture)
{
    [Fact]
    public async Task A_script_of_questions_about_a_picture_is_answered_and_outlined()
    {
        var (picture, output) = (await PictureAsync(), fixture.File("chat-picture"));
        var chat = await Run("chat", "--image", picture, "--model", fixture.Model, "--out", output, "--threads", "1", "--json", "--ask", "What is it?", "--ask", "/mask the bar", "--ask", "/reset", "--ask", "Again?");
        Assert.Equal(0, chat.ExitCode);
        var answers = chat.Lines.Where(line => Type(line) == "answer").ToList();
        Assert.Equal(["What is it?", "/mask the bar", "Again?"], answers.Select(line => line.GetProperty("question").GetString()));
        Assert.All(answers, line => Assert.Equal("[SEG]", line.GetProperty("text").GetString()));
        Assert.Equal("the bar", answers[1].GetProperty("objects")[0].GetProperty("label").GetString());
        Assert.Equal((3, 0), (chat.Lines[^1].GetProperty("turns").GetInt32(), chat.Lines[^1].GetProperty("exitCode").GetInt32()));

        // What was streamed is the answer.
        Assert.Equal("[SEG]", string.Concat(chat.Lines.Where(line => Type(line) == "text" && line.GetProperty("turn").GetInt32() == 2).Select(line => line.GetProperty("text").GetString())));
        Assert.True(File.Exists(Path.Combine(output, "02", "overlay.png")));
        Assert.False(File.Exists(Path.Combine(output, "02", "overlay.mp4")));
        using var masks = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(output, "02", "masks.json"), TestContext.Current.CancellationToken));
        var mask = masks.RootElement.GetProperty("frames")[0].GetProperty("masks")[0];
        Assert.Equal([64, 96], mask.GetProperty("segmentation").GetProperty("size").EnumerateArray().Select(size => size.GetInt32()));
        Assert.Equal(mask.GetProperty("area").GetInt64() >= 10, mask.GetProperty("boxes").GetArrayLength() > 0);
    }

    [Fact]
    public async Task A_person_types_lines_about_a_video_and_mistakes_end_nothing()
    {
        var output = fixture.File("chat-video");
        var chat = await Sa2vaProcess.RunAsync(fixture.Folder, (line, process) =>
        {
            // The first line of the answer: whatever is typed then waits its turn.
            if (line != "> /mask the bar") return;
            process.StandardInput.Write("/dance\n\n/help\n/quit\n");
            process.StandardInput.Close();
        }, process => process.StandardInput.Write("/mask the bar\n"), "chat", "--video", fixture.Clip, "--model", fixture.Model, "--out", output, "--threads", "1");
        Assert.Equal(0, chat.ExitCode);
        Assert.Contains("[SEG]", chat.Output, StringComparison.Ordinal);
        Assert.Contains("There is no command '/dance'", chat.Errors, StringComparison.Ordinal);
        Assert.Equal(20, (await MediaProbe.ProbeAsync(Path.Combine(output, "01", "overlay.mp4"), MediaLimits.Default, TestContext.Current.CancellationToken)).FrameCount);
    }

    [Fact]
    public async Task Interrupting_stops_the_answer_and_interrupting_twice_ends()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix.");
        var mute = fixture.File("mute");
        Assert.Equal(0, (await Run("models", "init", "--preset", "tiny", "--seed", "3", "--no-seg", mute)).ExitCode);
        var signals = 0;
        var chat = await Sa2vaProcess.RunAsync(fixture.Folder, (line, process) =>
        {
            var type = Type(JsonDocument.Parse(line).RootElement);
            if (type == "text" && signals == 0 || type == "answer" && signals == 1)
            {
                signals++;
                using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
                kill.WaitForExit();
            }
        }, process => process.StandardInput.Write("Tell me everything\n"), "chat", "--model", mute, "--max-tokens", "8192", "--threads", "1", "--json");
        Assert.Equal(130, chat.ExitCode);
        var answer = chat.Lines.Single(line => Type(line) == "answer");
        Assert.False(answer.GetProperty("complete").GetBoolean());
        Assert.InRange(answer.GetProperty("tokens").GetInt32(), 1, 8191);
        Assert.Contains("stopping the answer", chat.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caption_is_told_with_its_phrases_and_outlined()
    {
        var output = fixture.File("caption");
        var caption = await Run("caption", "--image", await PictureAsync(), "--model", fixture.Model, "--out", output, "--threads", "1", "--json");
        Assert.Equal(0, caption.ExitCode);
        Assert.Equal("[SEG]", caption.Lines[0].GetProperty("answer").GetString());
        using var told = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(output, "caption.json"), TestContext.Current.CancellationToken));
        var phrase = Assert.Single(told.RootElement.GetProperty("phrases").EnumerateArray());
        Assert.Equal((1, ""), (phrase.GetProperty("object").GetInt32(), phrase.GetProperty("text").GetString()));
        Assert.Equal(64, phrase.GetProperty("segmentation").GetProperty("size")[0].GetInt32());
        Assert.True(File.Exists(Path.Combine(output, "overlay.png")));
    }

    [Fact]
    public async Task What_is_shown_is_described()
    {
        var output = fixture.File("describe");
        var described = await Run("describe", "--image", await PictureAsync(), "--box", "patch=8,8,60,50", "--ask", "What is region1?", "--model", fixture.Model, "--out", output, "--threads", "1");
        Assert.Equal(0, described.ExitCode);
        using var told = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(output, "describe.json"), TestContext.Current.CancellationToken));
        Assert.Equal("region1: patch", told.RootElement.GetProperty("regions")[0].GetProperty("label").GetString());
        var seen = told.RootElement.GetProperty("regions")[0].GetProperty("seen").GetBoolean();
        Assert.Equal(seen, described.Output.Contains("> What is region1?", StringComparison.Ordinal));
        Assert.Equal(!seen, described.Errors.Contains("is to be seen on none", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(output, "overlay.png")));
    }

    [Fact]
    public async Task A_run_on_a_picture_leaves_a_picture()
    {
        var output = fixture.File("run-picture");
        var run = await Run("run", await PictureAsync(), "the moving bar", "--boxes", "--model", fixture.Model, "--out", output, "--threads", "1");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["answer.txt", "masks.json", "overlay.png"], Directory.GetFiles(output).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var masks = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(output, "masks.json"), TestContext.Current.CancellationToken));
        Assert.Equal(JsonValueKind.Array, masks.RootElement.GetProperty("frames")[0].GetProperty("masks")[0].GetProperty("boxes").ValueKind);
    }

    [Fact]
    public async Task Mistakes_get_a_sentence_and_an_exit_code()
    {
        var picture = await PictureAsync();
        (await Run("chat", "--image", picture, "--ask", "?")).IsRefused(2, "--model");
        (await Run("chat", "--image", picture, "--video", fixture.Clip, "--model", fixture.Model)).IsRefused(2, "not both");
        (await Run("chat", "--image", fixture.Clip, "--model", fixture.Model, "--ask", "?")).IsRefused(2, "--video");
        (await Run("chat", "--image", "nowhere.png", "--model", fixture.Model, "--ask", "?")).IsRefused(3, "nowhere.png");
        (await Run("chat", "--model", fixture.Model, "--ask", "/mask the cup")).IsRefused(2, "nothing to outline");
        (await Run("chat", "--model", fixture.Model, "--ask", "?", "--temperature", "-1")).IsRefused(2, "--temperature");
        (await Run("caption", "--model", fixture.Model)).IsRefused(2, "--image");
        (await Run("describe", "--image", picture, "--model", fixture.Model)).IsRefused(2, "--box");
        (await Run("describe", "--image", picture, "--box", "1,1,20,20", "--ask", "region2?", "--model", fixture.Model, "--out", fixture.File("refused"))).IsRefused(2, "region2");
    }

    private static string? Type(JsonElement line) => line.GetProperty("type").GetString();

    private async Task<string> PictureAsync()
    {
        var picture = fixture.File("picture.png");
        if (!File.Exists(picture)) await ModelFixture.FfmpegAsync($"-i {fixture.Clip} -frames:v 1 {picture}");
        return picture;
    }

    private Task<Sa2vaProcess> Run(params string[] arguments) => Sa2vaProcess.RunAsync(fixture.Folder, arguments);
}
