namespace Sa2VA.Cli.Tests;

[Collection(ModelCollection.Name)]
public sealed class TrainTests(ModelFixture fixture)
{
    private const string Recipe = """
        {
          "steps": 100000, "clipsPerWorker": 1, "workers": 1, "warmUpSteps": 2, "checkpointEvery": 1000,
          "losses": { "tracking": 1 },
          "samples": { "keyFrames": 1, "trackedFrames": 1, "tracks": 1, "questions": 3, "descriptions": 0, "masksPerQuestion": 1, "targetSize": 16 }
        }
        """;

    [Fact]
    public async Task Updates_made_in_two_sittings_are_those_made_in_one()
    {
        var (whole, parts) = (fixture.File("train-whole"), fixture.File("train-parts"));
        var run = await Train(whole, "--steps", "2");
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("2 of 2 updates", run.Output, StringComparison.Ordinal);
        Assert.Contains("text ", run.Output, StringComparison.Ordinal);
        Assert.Contains("Training 2/2 updates", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Errors);
        foreach (var name in (string[])["model", "losses.csv", "state.safetensors"])
            Assert.Contains(Path.Combine(whole, name), run.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await Train(parts, "--steps", "1")).ExitCode);
        var resumed = await Train(parts, "--steps", "2", "--json");
        var result = resumed.Lines[^1];
        Assert.Equal(("result", "completed", 2, 1), (result.GetProperty("type").GetString(), result.GetProperty("outcome").GetString(), result.GetProperty("stepsDone").GetInt32(), result.GetProperty("resumedAt").GetInt32()));
        var progress = resumed.Lines.Last(line => line.GetProperty("type").GetString() == "progress" && line.GetProperty("stage").GetString() == "Training");
        Assert.True(progress.GetProperty("losses").GetProperty("text").GetDouble() > 0);
        foreach (var name in (string[])["state.safetensors", "model/model.safetensors"])
            Assert.Equal(await Bytes(whole, name), await Bytes(parts, name));
    }

    [Fact]
    public async Task A_signal_makes_a_checkpoint_that_the_same_command_goes_on_from()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix.");
        var output = fixture.File("train-stopped");
        var signalled = false;
        var stopped = await Sa2vaProcess.RunAsync(fixture.Folder, (line, process) =>
        {
            if (signalled || !line.Contains("\"Training\"", StringComparison.Ordinal))
                return;
            signalled = true;
            System.Diagnostics.Process.Start("kill", ["-INT", process.Id.ToString()]).WaitForExit();
        }, Arguments(output, "--json"));
        Assert.Equal(ExitCodes.Interrupted, stopped.ExitCode);
        var result = stopped.Lines[^1];
        Assert.Equal("interrupted", result.GetProperty("outcome").GetString());
        Assert.StartsWith("sa2va train ", result.GetProperty("resume").GetString(), StringComparison.Ordinal);
        var done = result.GetProperty("stepsDone").GetInt32();
        Assert.True(File.Exists(Path.Combine(output, "model", "model.safetensors")));

        var resumed = await Train(output, "--steps", $"{done + 1}", "--json");
        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(done, resumed.Lines[^1].GetProperty("resumedAt").GetInt32());
    }

    [Fact]
    public async Task Part_of_a_model_is_tuned_on_a_dataset_in_a_folder()
    {
        var data = fixture.File("shapes-to-learn");
        var written = await Sa2vaProcess.RunAsync(fixture.Folder, "bench", "ref-shapes", "--split", "train", "--videos", "2", "--layout", "mevis", "--no-mp4", "--out", data);
        Assert.Equal(0, written.ExitCode);
        var recipe = fixture.File("tune.json");
        await File.WriteAllTextAsync(recipe, Recipe.Replace("\"losses\"", """
            "frozen": ["vision_model", "language_model", "grounding_encoder.sam2_model.image_encoder"], "lora": { "rank": 2 }, "precision": "bfloat16", "losses"
            """, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        string[] arguments = ["train", recipe, "--model", fixture.Model, "--data", data, "--split", "train", "--out", fixture.File("tuned"), "--steps", "2"];
        Assert.Equal(0, (await Sa2vaProcess.RunAsync(fixture.Folder, arguments)).ExitCode);
        var inspected = await Sa2vaProcess.RunAsync(fixture.Folder, "models", "inspect", Path.Combine(fixture.File("tuned"), "model"));
        Assert.Equal(0, inspected.ExitCode);
        (await Sa2vaProcess.RunAsync(fixture.Folder, [.. arguments[..6], "--split", "tests", .. arguments[8..]])).IsRefused(ExitCodes.Dataset, "tests");
    }

    [Fact]
    public async Task Mistakes_are_named()
    {
        (await Sa2vaProcess.RunAsync(fixture.Folder, "train")).IsRefused(ExitCodes.Usage, "train", "--help");
        (await Sa2vaProcess.RunAsync(fixture.Folder, "train", "none.json", "--out", fixture.File("x"))).IsRefused(ExitCodes.Usage, "none.json");
        await File.WriteAllTextAsync(fixture.File("wrong.json"), """{ "optimizer": { "wieghtDecay": 1 } }""", TestContext.Current.CancellationToken);
        (await Sa2vaProcess.RunAsync(fixture.Folder, "train", "wrong.json", "--out", fixture.File("x"))).IsRefused(ExitCodes.Usage, "optimizer.wieghtDecay", "weightDecay");
        (await Train(fixture.File("x"), "--data", fixture.File("no-data"))).IsRefused(ExitCodes.Dataset, "no-data");
        (await Train(fixture.File("x"), "--data", "ref-shapes:tests")).IsRefused(ExitCodes.Dataset, "tests", "train, val");
        (await Train(fixture.File("x"), "--device", "cuda:99")).IsRefused(ExitCodes.Device, "cuda:99");
        (await Train(fixture.File("x"), "--steps", "0")).IsRefused(ExitCodes.Usage, "--steps", "at least 1");
        // The recipe's own folder is the model when none is named.
        Directory.CreateDirectory(fixture.File("alone"));
        await File.WriteAllTextAsync(fixture.File("alone/recipe.json"), Recipe, TestContext.Current.CancellationToken);
        (await Sa2vaProcess.RunAsync(fixture.Folder, "train", "alone/recipe.json", "--out", fixture.File("x"))).IsRefused(ExitCodes.Model, "alone/config.json");
    }

    [Fact]
    public async Task Help_shows_options_and_examples()
    {
        var help = await Sa2vaProcess.RunAsync(fixture.Folder, "train", "--help");
        foreach (var word in (string[])["RECIPE", "--out", "--model", "--data", "--format", "--split", "--device", "--steps", "--plot", "--json", "Examples:", "recipe.json"])
            Assert.Contains(word, help.Output, StringComparison.Ordinal);
    }

    private Task<Sa2vaProcess> Train(string output, params string[] more) => Sa2vaProcess.RunAsync(fixture.Folder, Arguments(output, more));

    private string[] Arguments(string output, params string[] more)
    {
        var recipe = fixture.File("recipe.json");
        File.WriteAllText(recipe, Recipe);
        return ["train", recipe, "--model", fixture.Model, "--out", output, .. more];
    }

    private static Task<byte[]> Bytes(string folder, string name) => File.ReadAllBytesAsync(Path.Combine(folder, name), TestContext.Current.CancellationToken);
}
