using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cli.Tests;

[Collection(ModelCollection.Name)]
public sealed class EvalTests(ModelFixture fixture)
{
    [Fact]
    public async Task A_model_is_run_over_the_built_in_benchmark_stopped_and_continued()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix.");
        var output = fixture.File("benchmark");
        string[] arguments = ["eval", "--dataset", "ref-shapes:val", "--videos", "2", "--model", fixture.Model, "--threads", "1", "--json", "--out", output];
        var signalled = false;
        var stopped = await Sa2vaProcess.RunAsync(fixture.Folder, (line, process) =>
        {
            if (signalled || !line.Contains("\"framesDone\":", StringComparison.Ordinal) || line.Contains("\"framesDone\":0,", StringComparison.Ordinal))
                return;
            signalled = true;
            System.Diagnostics.Process.Start("kill", ["-INT", process.Id.ToString()]).WaitForExit();
        }, arguments);
        Assert.Equal(ExitCodes.Interrupted, stopped.ExitCode);
        var interruption = stopped.Lines[^1];
        Assert.Equal("interrupted", interruption.GetProperty("outcome").GetString());
        Assert.StartsWith("sa2va eval ", interruption.GetProperty("resume").GetString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(output, "report.json")));

        var done = await Run(arguments);
        Assert.Equal(0, done.ExitCode);
        var result = done.Lines[^1];
        Assert.Equal(("result", "completed", "tiny"), (result.GetProperty("type").GetString(), result.GetProperty("outcome").GetString(), result.GetProperty("predictions").GetString()));
        var split = result.GetProperty("splits")[0];
        Assert.Equal("ref-shapes/val (first 2 of 64 videos)", split.GetProperty("name").GetString());
        Assert.InRange(split.GetProperty("overall").GetProperty("jAndF").GetDouble(), 0, 0.9);
        // It answers every question with one segment, so whatever is absent is found all the same, or tracked to nothing.
        Assert.Contains("attribute", split.GetProperty("levels").EnumerateArray().Select(l => l.GetProperty("name").GetString()));

        using var report = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(output, "report.json"), TestContext.Current.CancellationToken));
        var expressions = report.RootElement.GetProperty("splits")[0].GetProperty("expressions").EnumerateArray().ToArray();
        Assert.Equal(split.GetProperty("overall").GetProperty("expressions").GetInt32(), expressions.Length);
        Assert.All(expressions, e => Assert.Contains("[SEG]", e.GetProperty("answer").GetString()!, StringComparison.Ordinal));
        using var page = XmlReader.Create(Path.Combine(output, "report.html"), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        var pictures = 0;
        while (page.Read())
        {
            if (page is { NodeType: XmlNodeType.Element, Name: "img" }) pictures++;
        }

        Assert.InRange(pictures, 5, 200);
    }

    [Fact]
    public async Task Presence_is_verified_and_reported()
    {
        var (output, calibration) = (fixture.File("verified"), fixture.File("presence.json"));
        var done = await Run("eval", "--dataset", "ref-shapes:val", "--videos", "1", "--key-frames", "2", "--model", fixture.Model, "--threads", "1", "--verify", "--verify-asks", "1",
            "--calibrate", calibration, "--reground", "16,doubt", "--json", "--out", output);
        // What is there is all that this video is asked about: the scores are written, and then there is nothing to fit to.
        Assert.Equal(ExitCodes.Dataset, done.ExitCode);
        Assert.Contains("a calibration needs both kinds", done.Lines[^1].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.False(File.Exists(calibration));
        var split = done.Lines[^2].GetProperty("splits")[0];
        var presence = split.GetProperty("presence");
        Assert.Equal(split.GetProperty("overall").GetProperty("expressions").GetInt32(), presence.GetProperty("verified").GetInt32());
        // What is to be weighed is asked for.
        using var report = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(output, "report.json"), TestContext.Current.CancellationToken));
        Assert.All(report.RootElement.GetProperty("splits")[0].GetProperty("expressions").EnumerateArray(), score => Assert.InRange(score.GetProperty("presence").GetProperty("saidYes").GetDouble(), 0, 1));
        Assert.Equal((1, 1), (presence.GetProperty("presentPrecision").GetDouble(), presence.GetProperty("presentRecall").GetDouble()));
        Assert.Equal(JsonValueKind.Null, presence.GetProperty("absentPrecision").ValueKind);
    }

    [Theory]
    [InlineData("--reground does not understand 'often'", "--reground", "often")]
    [InlineData("--verify-asks goes with --verify", "--verify-asks", "3")]
    [InlineData("--verify-words goes with --verify", "--verify-words", "on")]
    [InlineData("--verify-asks must be from 1 to 16, not 0", "--verify", "--verify-asks", "0")]
    [InlineData("--calibrate fits what --verify concludes", "--calibrate", "x.json")]
    public async Task Options_of_asking_again_that_make_no_sense_are_refused(string why, params string[] options)
    {
        var refused = await Run(["eval", "--dataset", "ref-shapes:val", "--model", fixture.Model, .. options]);
        Assert.Equal(ExitCodes.Usage, refused.ExitCode);
        Assert.Contains(why, refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_scored_against_the_truth_about_its_clip()
    {
        var output = fixture.File("scored");
        Assert.Equal(0, (await Run("run", fixture.Clip, "the moving bar", "--threads", "1", "--model", fixture.Model, "--no-overlay", "--out", output)).ExitCode);
        // The run's own masks are the truth, so they are perfect; nothing was asked about the second sentence.
        using var masks = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(output, "masks.json"), TestContext.Current.CancellationToken));
        var counts = masks.RootElement.GetProperty("frames").EnumerateArray()
            .Select(f => f.GetProperty("masks")[0].GetProperty("segmentation").GetProperty("counts").GetString()).ToArray();
        await WriteTruthAsync("clip.json", counts, second: false);
        var plain = await Run("eval", "--truth", fixture.File("clip.json"), "--predictions", output);
        Assert.Equal(0, plain.ExitCode);
        Assert.Contains("clip.json: 1 video(s), 1 expression(s), 0 of them absent", plain.Output, StringComparison.Ordinal);
        Assert.Matches(@"overall\s+1\s+100\.0\s+100\.0\s+100\.0", plain.Output);
        Assert.DoesNotContain('\u001b', plain.Output);
        Assert.DoesNotContain("report.html", plain.Output, StringComparison.Ordinal);

        var withReport = await Run("eval", "--truth", fixture.File("clip.json"), "--predictions", output, "--out", fixture.File("clip.eval"));
        Assert.Contains(Path.Combine(fixture.File("clip.eval"), "report.html"), withReport.Output, StringComparison.Ordinal);
        Assert.Contains("data:image/png", await File.ReadAllTextAsync(Path.Combine(fixture.File("clip.eval"), "report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await WriteTruthAsync("clip.json", counts, second: true);
        (await Run("eval", "--truth", fixture.File("clip.json"), "--predictions", output)).IsRefused(ExitCodes.Dataset, "the other bar", "--missing absent");
        var lenient = await Run("eval", "--truth", fixture.File("clip.json"), "--predictions", output, "--missing", "absent", "--json");
        var partial = await Run("eval", "--truth", fixture.File("clip.json"), "--predictions", output, "--missing", "skip");
        Assert.Contains("1 expression(s), 0 of them absent; 1 without a prediction left out", partial.Output, StringComparison.Ordinal);
        Assert.Equal(0.5, lenient.Lines[^1].GetProperty("splits")[0].GetProperty("overall").GetProperty("falseAbsentRate").GetDouble());
    }

    [Fact]
    public async Task Pictures_are_scored_against_a_dataset_folder()
    {
        var dataset = fixture.File("mevis");
        WriteMevis(dataset);
        WriteSubmission(fixture.File("submission"), 32, 48);
        var scored = await Run("eval", "--dataset", dataset, "--split", "valid_u", "--predictions", fixture.File("submission"), "--out", fixture.File("mevis.eval"));
        Assert.Equal(0, scored.ExitCode);
        Assert.Contains("mevis/valid_u", scored.Output, StringComparison.Ordinal);
        Assert.Matches(@"overall\s+1\s+100\.0", scored.Output);
        // The frames were not downloaded: the report has no pictures, and all the numbers.
        var page = await File.ReadAllTextAsync(Path.Combine(fixture.File("mevis.eval"), "report.html"), TestContext.Current.CancellationToken);
        Assert.Contains("could not be read", page, StringComparison.Ordinal);

        WriteSubmission(fixture.File("small"), 16, 24);
        (await Run("eval", "--dataset", dataset, "--predictions", fixture.File("small"), "--out", fixture.File("small.eval"))).IsRefused(ExitCodes.Dataset, "24x16", "48x32");
    }

    [Fact]
    public async Task Mistakes_on_the_command_line_end_with_2_and_say_what_is_expected()
    {
        (await Run("eval")).IsRefused(ExitCodes.Usage, "--dataset", "--truth");
        (await Run("eval", "--dataset", "a", "--truth", "b")).IsRefused(ExitCodes.Usage, "--dataset", "--truth");
        (await Run("eval", "--dataset", "ref-shapes:val")).IsRefused(ExitCodes.Usage, "--model", "--predictions");
        (await Run("eval", "--dataset", "ref-shapes:val", "--model", "a", "--predictions", "b")).IsRefused(ExitCodes.Usage, "not both");
        (await Run("eval", "--dataset", "ref-shapes", "--model", fixture.Model)).IsRefused(ExitCodes.Usage, "ref-shapes:val");
        (await Run("eval", "--dataset", "ref-shapes:val", "--split", "test", "--model", fixture.Model)).IsRefused(ExitCodes.Usage, "twice");
        (await Run("eval", "--dataset", "ref-shapes:val", "--model", fixture.Model, "--jobs", "0")).IsRefused(ExitCodes.Usage, "--jobs", "at least 1");
        (await Run("eval", "--dataset", "ref-shapes:val", "--model", fixture.Model, "--missing", "zero")).IsRefused(ExitCodes.Usage, "absent");
        var help = await Run("eval", "--help");
        foreach (var word in (string[])["--dataset", "--split", "--predictions", "--missing", "--keyframes", "--jobs", "Examples:", "ref-shapes:val"])
            Assert.Contains(word, help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_evaluated_ends_with_the_code_of_its_kind()
    {
        (await Run("eval", "--dataset", "ref-shapes:train", "--model", fixture.Model)).IsRefused(ExitCodes.Dataset, "val, test and long");
        (await Run("eval", "--dataset", fixture.File("no-dataset"), "--model", fixture.Model)).IsRefused(ExitCodes.Dataset, "no-dataset");
        (await Run("eval", "--dataset", "ref-shapes:val", "--predictions", fixture.File("no-predictions"))).IsRefused(ExitCodes.Dataset, "no-predictions");
        (await Run("eval", "--dataset", "ref-shapes:val", "--model", fixture.File("no-model"), "--videos", "1")).IsRefused(ExitCodes.Model, "no-model");
        (await Run("eval", "--truth", fixture.File("none.json"), "--predictions", fixture.Folder)).IsRefused(ExitCodes.Dataset, "none.json");
        await File.WriteAllTextAsync(fixture.File("in-the-way"), "", TestContext.Current.CancellationToken);
        (await Run("eval", "--dataset", "ref-shapes:val", "--model", fixture.Model, "--out", fixture.File("in-the-way"))).IsRefused(ExitCodes.Output, "in-the-way", "--out");
    }

    private Task WriteTruthAsync(string name, string?[] counts, bool second)
    {
        JsonObject Sentence(string id, string text) => new() { ["id"] = id, ["text"] = text, ["level"] = "motion", ["masks"] = new JsonArray([.. counts.Select(c => (JsonNode?)c)]) };
        var truth = new JsonObject
        {
            ["video"] = "clip.mp4",
            ["size"] = new JsonArray(64, 96),
            ["expressions"] = second ? new JsonArray(Sentence("a", "the moving bar"), Sentence("b", "the other bar")) : new JsonArray(Sentence("a", "the moving bar")),
        };
        return File.WriteAllTextAsync(fixture.File(name), truth.ToJsonString(), TestContext.Current.CancellationToken);
    }

    private static Rle Square(int height, int width)
    {
        var mask = new byte[height * width];
        for (var y = 4; y < 12; y++) mask.AsSpan(y * width + 4, 8).Fill(1);
        return RleCodec.Encode(mask, height, width);
    }

    private static void WriteMevis(string folder)
    {
        var split = Directory.CreateDirectory(Path.Combine(folder, "valid_u")).FullName;
        var square = Square(32, 48);
        File.WriteAllText(Path.Combine(split, "meta_expressions.json"), """
            {"videos": {"v1": {"frames": ["00000", "00001"], "expressions": {"0": {"exp": "the square", "obj_id": [0], "anno_id": [7]}}}}}
            """);
        File.WriteAllText(Path.Combine(split, "mask_dict.json"), new JsonObject
        {
            ["7"] = new JsonArray(new JsonObject { ["size"] = new JsonArray(32, 48), ["counts"] = square.Counts }, null),
        }.ToJsonString());
    }

    private static void WriteSubmission(string folder, int height, int width)
    {
        var pictures = Directory.CreateDirectory(Path.Combine(folder, "Annotations", "v1", "0")).FullName;
        foreach (var (name, mask) in new[] { ("00000", Square(height, width)), ("00001", RleCodec.Empty(height, width)) })
        {
            using var file = File.Create(Path.Combine(pictures, name + ".png"));
            PngWriter.WriteGray(file, width, height, [.. RleCodec.Decode(mask).Select(v => (byte)(v * 255))]);
        }
    }

    private Task<Sa2vaProcess> Run(params string[] arguments) => Sa2vaProcess.RunAsync(fixture.Folder, arguments);
}
