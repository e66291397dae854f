using System.Text.Json;

namespace Sa2VA.Cli.Tests;

/// <summary>Sessions about objects, and conversations, with a tiny random UniPixel, by the real program.</summary>
[Collection(ModelCollection.Name)]
public sealed class AskTests(ModelFixture fixture)
{
    [Fact]
    public async Task A_script_points_asks_and_leaves_masks_and_the_folder_of_the_session_goes_on()
    {
        var (model, output) = (await ModelAsync(), fixture.File("ask"));
        var asked = await Run(
            "ask", fixture.Clip, "--model", model, "--keyframes", "4", "--point", "1=30,20,5", "--box", "2=10,10,60,50", "--ask", "What is [1] doing to [2]?", "--ask", "And [2]?",
            "--out", output, "--threads", "1", "--json");
        Assert.Equal(0, asked.ExitCode);
        var answers = asked.Lines.Where(line => Type(line) == "answer").ToList();
        Assert.Equal(["What is [1] doing to [2]?", "And [2]?"], answers.Select(line => line.GetProperty("question").GetString()));
        Assert.All(answers, line => Assert.Equal("<|seg|>", line.GetProperty("text").GetString()));
        Assert.Equal("<|seg|>", string.Concat(asked.Lines.Where(line => Type(line) == "text" && line.GetProperty("turn").GetInt32() == 1).Select(line => line.GetProperty("text").GetString())));
        Assert.Equal([1, 2], asked.Lines[^1].GetProperty("objects").EnumerateArray().Select(one => one.GetProperty("id").GetInt32()));

        // The frame that was pointed at is among those that the model saw, and these have masks.
        using var masks = await ReadAsync(output, "masks.json");
        Assert.Equal([0, 5, 13, 19], masks.RootElement.GetProperty("frames").EnumerateArray().Select(frame => frame.GetProperty("frame").GetInt32()));
        Assert.Equal(["[1]", "[2]"], masks.RootElement.GetProperty("objects").EnumerateArray().Select(one => one.GetProperty("label").GetString()));
        Assert.All(masks.RootElement.GetProperty("frames").EnumerateArray(), frame => Assert.Equal(2, frame.GetProperty("masks").GetArrayLength()));
        Assert.All((string[])["overlay.mp4", "sheet.png"], name => Assert.True(File.Exists(Path.Combine(output, name))));

        // Again, without pointing: what is remembered is there, and its files go where they are wanted now.
        var elsewhere = fixture.File("ask-again");
        var again = await Run("ask", fixture.Clip, "--model", model, "--work", Path.Combine(output, "objects"), "--ask", "/forget 1", "--ask", "What is [2]?", "--out", elsewhere, "--threads", "1");
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("goes on with [1] [2], 2 question(s)", again.Errors, StringComparison.Ordinal);
        using var told = await ReadAsync(elsewhere, "ask.json");
        Assert.Equal(["What is [1] doing to [2]?", "And [2]?", "What is [2]?"], told.RootElement.GetProperty("turns").EnumerateArray().Select(turn => turn.GetProperty("question").GetString()));
        using var left = await ReadAsync(elsewhere, "masks.json");
        Assert.Equal(["[2]"], left.RootElement.GetProperty("objects").EnumerateArray().Select(one => one.GetProperty("label").GetString()));
    }

    [Fact]
    public async Task A_person_types_lines_about_a_picture_and_mistakes_end_nothing()
    {
        var (model, picture, output) = (await ModelAsync(), fixture.File("asked.png"), fixture.File("ask-picture"));
        await ModelFixture.FfmpegAsync($"-i {fixture.Clip} -frames:v 1 {picture}");
        var asked = await Sa2vaProcess.RunAsync(fixture.Folder, onLine: null, process =>
        {
            process.StandardInput.Write("/point 7=500,5\n/point ball=5,5\n/dance\n/forget 3\n/box 7=5,5,60,40\n/objects\nWhat is [7]?\n/objects\n/point 8=3,3\n/quit\n");
            process.StandardInput.Close();
        }, "ask", picture, "--model", model, "--out", output, "--threads", "1");
        Assert.Equal(0, asked.ExitCode);
        foreach (var refusal in (string[])["outside the video of 96 x 64", "by which number", "There is no command '/dance'", "There is no object [3]", "[8] was pointed at, and no question followed"])
            Assert.Contains(refusal, asked.Errors, StringComparison.Ordinal);
        Assert.Contains("[7] pointed at, looked for with the next question", asked.Output, StringComparison.Ordinal);
        Assert.Contains("> What is [7]?\n<|seg|>\n", asked.Output, StringComparison.Ordinal);
        Assert.Contains("[7] seen on", asked.Output, StringComparison.Ordinal);
        Assert.Equal(["ask.json", "masks.json", "overlay.png"], Directory.GetFiles(output).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_UniPixel_talks_about_a_video_and_says_what_it_cannot()
    {
        var (model, output) = (await ModelAsync(), fixture.File("chat-unipixel"));
        var chat = await Run("chat", "--video", fixture.Clip, "--model", model, "--out", output, "--threads", "1", "--json", "--ask", "What happens?", "--ask", "/mask the bar");
        Assert.Equal(0, chat.ExitCode);
        var answers = chat.Lines.Where(line => Type(line) == "answer").ToList();
        Assert.All(answers, line => Assert.Equal("<|seg|>", line.GetProperty("text").GetString()));
        Assert.Equal("the bar", answers[1].GetProperty("objects")[0].GetProperty("label").GetString());
        using var masks = await ReadAsync(Path.Combine(output, "02"), "masks.json");
        Assert.Equal(20, masks.RootElement.GetProperty("frames").GetArrayLength());
        (await Run("caption", "--video", fixture.Clip, "--model", model, "--out", output)).IsRefused(4, "not trained to describe with masks");
    }

    [Fact]
    public async Task Mistakes_get_a_sentence_and_an_exit_code()
    {
        var model = await ModelAsync();
        (await Run("ask", fixture.Clip, "--model", fixture.Model, "--ask", "?")).IsRefused(4, "no UniPixel");
        (await Run("ask", fixture.Clip, "--model", model, "--point", "1=3,3", "--box", "1=3,3,9,9", "--ask", "?")).IsRefused(2, "pointed at 2 times");
        (await Run("ask", fixture.Clip, "--model", model, "--point", "3,3", "--ask", "?")).IsRefused(2, "by which number");
        (await Run("ask", fixture.Clip, "--model", model, "--point", "1=3,3;-5,5", "--ask", "?")).IsRefused(2, "one click");
        (await Run("ask", "nowhere.mp4", "--model", model, "--ask", "?", "--out", fixture.File("refused"))).IsRefused(3, "nowhere.mp4");
        (await Run("ask", fixture.Clip, "--model", model, "--point", "1=3,3,20", "--ask", "?", "--out", fixture.File("refused"))).IsRefused(2, "has frames 0 to 19");
    }

    private static string? Type(JsonElement line) => line.GetProperty("type").GetString();

    private static async Task<JsonDocument> ReadAsync(string folder, string name) =>
        JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, name), TestContext.Current.CancellationToken));

    private async Task<string> ModelAsync()
    {
        var model = fixture.File("tiny-unipixel");
        if (!Directory.Exists(model)) Assert.Equal(0, (await Run("models", "init", "--preset", "tiny-unipixel", "--seed", "3", model)).ExitCode);
        return model;
    }

    private Task<Sa2vaProcess> Run(params string[] arguments) => Sa2vaProcess.RunAsync(fixture.Folder, arguments);
}
