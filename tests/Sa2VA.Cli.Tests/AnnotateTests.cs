using System.Diagnostics;
using System.Text.Json;
using Sa2VA.Datasets;
using Sa2VA.Media;
using Sa2VA.Media.Masks;
using Sa2VA.Training.Data;

namespace Sa2VA.Cli.Tests;

/// <summary>Annotations by the real program, against a real web server on this machine and with tiny models.</summary>
[Collection(ModelCollection.Name)]
public sealed class AnnotateTests(ModelFixture fixture)
{
    private const int Frames = 20;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stopped_and_killed_it_goes_on_and_the_dataset_is_read_back_scored_and_learnt_from()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix.");
        Process? process = null;
        await using var peer = new ChatCompletionsPeer(async (question, stop) =>
        {
            // The third question is never answered, for the program is stopped; and so the seventh, for it is killed.
            if (question.Number is 3) Signal("INT", process!);
            if (question.Number is 7) process!.Kill();
            if (question.Number is 3 or 7) await Task.Delay(Timeout.Infinite, stop);
            return Answer(question);
        });
        var output = fixture.File("annotated");
        string[] arguments = ["annotate", "--video", fixture.Clip, "--masks", Masks(), "--endpoint", peer.Address, "--endpoint-model", "m-1", "--jobs", "1", "--short", "--out", output, "--json"];
        Task<Sa2vaProcess> Again() => Sa2vaProcess.RunAsync(fixture.Folder, onLine: null, started => process = started, arguments);

        var stopped = await Again();
        Assert.Equal((130, "interrupted"), (stopped.ExitCode, stopped.Lines[^1].GetProperty("outcome").GetString()));
        Assert.StartsWith("sa2va annotate ", stopped.Lines[^1].GetProperty("resume").GetString(), StringComparison.Ordinal);
        Assert.Equal(137, (await Again()).ExitCode);
        var done = await Again();
        Assert.Equal((0, ""), (done.ExitCode, done.Errors));

        // Two objects, six questions each; the two that nobody answered were asked again, and nothing else.
        Assert.Equal((14, 12), (peer.Asked.Count, peer.Answered.Count));
        Assert.Equal(12, peer.Answered.Select(question => question.Body.GetRawText()).Distinct().Count());
        var result = done.Lines[^1];
        Assert.Equal(("completed", 2, 7), (result.GetProperty("outcome").GetString(), result.GetProperty("kept").GetInt32(), result.GetProperty("asked").GetInt32()));
        Assert.Equal("described", Assert.Single(done.Lines, line => line.GetProperty("type").GetString() == "object" && line.GetProperty("object").GetInt32() == 2).GetProperty("outcome").GetString());

        IsReadBack(DatasetOpener.Open(output));
        await IsDescribedAnewAsync(output);
        var scored = await Run("eval", "--dataset", output, "--model", fixture.Model, "--threads", "1", "--out", fixture.File("annotated-eval"), "--json");
        Assert.Equal(0, scored.ExitCode);
        Assert.Equal(["long", "short"], scored.Lines[^1].GetProperty("splits")[0].GetProperty("levels").EnumerateArray().Select(level => level.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task A_model_folder_describes_and_what_it_has_no_words_for_is_left_out()
    {
        var output = fixture.File("annotated-mute");
        // It answers everything with a mask.
        var speechless = await Run("annotate", "--video", fixture.Clip, "--masks", Masks(), "--model", fixture.Model, "--threads", "1", "--max-tokens", "16", "--out", output);
        Assert.Equal(0, speechless.ExitCode);
        Assert.Contains("0 in the dataset (2 undescribed); 4 question(s) asked", speechless.Output, StringComparison.Ordinal);
        Assert.Contains("no object is in the dataset", speechless.Errors, StringComparison.Ordinal);
        Assert.Equal(["annotations.json"], Directory.GetFiles(output).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_mistake_is_a_sentence_and_a_code()
    {
        await using var peer = new ChatCompletionsPeer(_ => PeerReply.Refuse(401, "no such key"));
        string[] server = ["--endpoint", peer.Address, "--endpoint-model", "m-1"];
        string[] input = ["--video", fixture.Clip, "--masks", Masks()];
        var output = fixture.File("annotated-not");
        // The fixture's own folder has what other tests left.
        var empty = Directory.CreateDirectory(fixture.File("nothing-to-annotate")).FullName;
        Task<Sa2vaProcess> Annotate(params string[] arguments) => Run(["annotate", "--out", output, .. arguments]);

        (await Annotate(server)).IsRefused(2, "Give folders of results, or --masks");
        (await Annotate([.. input, "clip", .. server])).IsRefused(2, "one of them");
        (await Annotate(["--masks", "masks", .. server])).IsRefused(2, "Whose masks");
        (await Annotate(input)).IsRefused(2, "Who describes?", "--endpoint");
        (await Annotate([.. input, "--endpoint", peer.Address])).IsRefused(2, "--endpoint-model");
        (await Annotate([.. input, "--endpoint", "http://api.example.org/v1", "--endpoint-model", "m"])).IsRefused(2, "plain http to another machine");
        (await Annotate([.. input, .. server, "--model", fixture.Model])).IsRefused(2, "either --model DIR or --endpoint");
        (await Annotate([.. input, .. server, "--check-endpoint", peer.Address])).IsRefused(2, "--check-model");
        (await Annotate([.. input, "--model", "nowhere"])).IsRefused(4, "no model folder");
        (await Annotate([.. input, .. server, "--frames", "0"])).IsRefused(2, "--frames must be 1 to 32");
        (await Annotate([.. input, .. server, "--split", "a b"])).IsRefused(2, "no name of a split");
        (await Annotate(["--dataset", empty, .. server])).IsRefused(8, "not recognised");
        (await Annotate([empty, .. server])).IsRefused(6, "no videos with masks");
        (await Annotate(["--video", "nowhere.mp4", "--masks", Masks(), .. server])).IsRefused(3, "nowhere.mp4");
        (await Annotate([.. input, "--endpoint", $"http://127.0.0.1:{HttpPeer.FreePort()}/v1", "--endpoint-model", "m", "--retries", "0"])).IsRefused(9, "cannot be reached");
        Assert.Empty(peer.Asked);
        (await Annotate([.. input, .. server, "--jobs", "1"])).IsRefused(10, "does not let this key in (401): no such key", "No key was sent");
        Assert.Single(peer.Asked);
    }

    private static PeerReply Answer(AskedQuestion question) => PeerReply.Say(
        question.Text.StartsWith("Two people", StringComparison.Ordinal) ? "SAME. They agree."
        : question.Pictures.Count == 0 ? "the small patch"
        : $"A patch in picture {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(question.Pictures[0]))[..8]}, as question {question.Text.Length} has it.");

    private static void Signal(string name, Process process)
    {
        using var kill = Process.Start("kill", ["-" + name, $"{process.Id}"]);
        kill.WaitForExit();
    }

    private static void IsReadBack(IReferringDataset dataset)
    {
        Assert.Equal("ref-sav/train", dataset.Name);
        var video = Assert.Single(dataset.Videos);
        Assert.Equal(("clip", 96, 64, Frames), (video.Id, video.Width, video.Height, video.FrameNames.Count));
        Assert.Equal(["long", "short", "long", "short"], video.Expressions.Select(expression => expression.Level));
        Assert.StartsWith("A patch in picture ", video.Expressions[0].Text, StringComparison.Ordinal);
        Assert.Equal("the small patch", video.Expressions[3].Text);
        for (var frame = 0; frame < Frames; frame++)
        {
            Assert.Equal(RleCodec.Encode(Box(8, 8), 64, 96), video.Truth(video.Expressions[0], frame));
            // The second comes later.
            Assert.Equal(frame < 5 ? RleCodec.Empty(64, 96) : RleCodec.Encode(Box(50 + frame, 30), 64, 96), video.Truth(video.Expressions[2], frame));
        }

        using var picture = video.ReadFrame(7);
        Assert.Equal((96, 64), (picture.Width, picture.Height));
        Assert.Equal(Frames, new DatasetClipSource(dataset).Clip(0).FrameCount);
    }

    /// <summary>The dataset's own objects are described: two, for a long and a short expression mean the same one.</summary>
    private async Task IsDescribedAnewAsync(string dataset)
    {
        await using var peer = new ChatCompletionsPeer(Answer);
        var output = fixture.File("annotated-anew");
        var anew = await Run("annotate", "--dataset", dataset, "--endpoint", peer.Address, "--endpoint-model", "m-1", "--check-model", "m-2", "--max-objects", "1", "--no-frames", "--out", output);
        Assert.Equal((0, ""), (anew.ExitCode, anew.Errors));
        Assert.Contains("2 object(s), 1 in the dataset (1 described, 1 left-out); 5 question(s) asked", anew.Output, StringComparison.Ordinal);
        Assert.Equal(["m-1", "m-1", "m-2", "m-1", "m-1"], peer.Asked.Select(question => question.Model));
        Assert.False(Directory.Exists(Path.Combine(output, "videos")));
        using var report = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(output, "annotations.json"), Stop));
        Assert.Equal(("m-1", "m-2"), (report.RootElement.GetProperty("describer").GetString(), report.RootElement.GetProperty("checker").GetString()));
    }

    /// <summary>Object 1 stands, 2 comes on frame 5 and moves.</summary>
    private string Masks()
    {
        var folder = fixture.File("palettes");
        if (Directory.Exists(folder)) return folder;
        Directory.CreateDirectory(folder);
        for (var frame = 0; frame < Frames; frame++)
        {
            var moving = frame < 5 ? new byte[96 * 64] : Box(50 + frame, 30);
            byte[] numbers = [.. Box(8, 8).Zip(moving, (a, b) => (byte)(a + 2 * b))];
            using var file = File.Create(Path.Combine(folder, $"{frame:00000}.png"));
            PngWriter.WriteIndexed(file, 96, 64, numbers);
        }

        return folder;
    }

    private static byte[] Box(int left, int top)
    {
        var mask = new byte[96 * 64];
        for (var y = top; y < top + 16; y++) mask.AsSpan(y * 96 + left, 20).Fill(1);
        return mask;
    }

    private Task<Sa2vaProcess> Run(params string[] arguments) => Sa2vaProcess.RunAsync(fixture.Folder, arguments);
}
