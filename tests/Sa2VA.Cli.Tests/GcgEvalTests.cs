using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cli.Tests;

/// <summary>Grounded captions, scored by the real program on a folder in the official layout.</summary>
[Collection(ModelCollection.Name)]
public sealed class GcgEvalTests(ModelFixture fixture)
{
    private const int Width = 64;
    private const int Height = 48;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_is_run_submitted_and_not_run_again()
    {
        var (data, output, submission) = (Dataset("gcg-model"), fixture.File("gcg-model.eval"), fixture.File("gcg-submission"));
        string[] arguments = ["eval", "--dataset", data, "--model", fixture.Model, "--threads", "1", "--out", output, "--submission", submission];
        var done = await Run([.. arguments, "--json"]);
        Assert.Equal((0, ""), (done.ExitCode, done.Errors));
        Assert.Contains(done.Lines, line => line.TryGetProperty("stage", out var stage) && stage.GetString() == "Captioning");
        var split = done.Lines[^1].GetProperty("splits")[0];
        Assert.Equal(("tiny", "gcg/val", 2), (done.Lines[^1].GetProperty("predictions").GetString(), split.GetProperty("name").GetString(), split.GetProperty("overall").GetProperty("masks").GetInt32()));
        Assert.Equal([Path.Combine(output, "report.html"), Path.Combine(output, "report.json"), submission], done.Lines[^1].GetProperty("files").EnumerateArray().Select(file => file.GetString()));
        Assert.Contains("data:image/png", await File.ReadAllTextAsync(Path.Combine(output, "report.html"), Stop), StringComparison.Ordinal);

        // What was submitted has the same scores, and so has what 'sa2va caption' writes: the same model, the same pictures.
        var submitted = await Run("eval", "--dataset", data, "--predictions", submission, "--out", fixture.File("gcg-submitted.eval"), "--json");
        Same(split, submitted);
        foreach (var image in (string[])["first", "second"])
            Assert.Equal(0, (await Run("caption", "--image", Path.Combine(data, "images", image + ".png"), "--model", fixture.Model, "--threads", "1", "--out", fixture.File($"captions/{image}"))).ExitCode);
        Same(split, await Run("eval", "--dataset", data, "--predictions", fixture.File("captions"), "--out", fixture.File("gcg-captions.eval"), "--json"));

        // Without the picture the model could not be asked: the caption is kept.
        Directory.Delete(Path.Combine(data, "images"), recursive: true);
        var again = await Run(arguments);
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("tiny on gcg/val: 2 image(s), 3 phrase(s), 3 true mask(s), 2 predicted", again.Output, StringComparison.Ordinal);
        Assert.Contains("METEOR (exact, stem)", again.Output, StringComparison.Ordinal);
        Assert.Contains("recall (stem overlap)", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Perfect_captions_reach_everything_there_is()
    {
        var (data, perfect) = (Dataset("gcg-perfect"), fixture.File("gcg-perfect-captions"));
        Directory.CreateDirectory(perfect);
        var captions = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(data, "val_gcg_coco_caption_gt.json"), Stop))!["annotations"]!.AsArray();
        var masks = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(data, "val_gcg_coco_mask_gt.json"), Stop))!["annotations"]!.AsArray();
        foreach (var caption in captions)
        {
            var id = caption!["image_id"]!.GetValue<string>();
            var own = masks.Where(mask => mask!["image_id"]!.GetValue<string>() == id).Select(mask => mask!["segmentation"]!.DeepClone());
            var said = new JsonObject { ["image_id"] = id, ["caption"] = caption["caption"]!.DeepClone(), ["phrases"] = caption["labels"]!.DeepClone(), ["pred_masks"] = new JsonArray([.. own]) };
            await File.WriteAllTextAsync(Path.Combine(perfect, id + ".json"), said.ToJsonString(), Stop);
        }

        var scored = await Run("eval", "--dataset", data, "--format", "gcg", "--split", "val", "--predictions", perfect, "--out", fixture.File("gcg-perfect.eval"));
        Assert.Equal(0, scored.ExitCode);
        Assert.Matches(@"gcg/val\s+2\s+100\.0\s+1000\.0\s+100\.0\s+100\.0\s+100\.0", scored.Output);

        var first = await Run("eval", "--dataset", data, "--predictions", perfect, "--videos", "1", "--out", fixture.File("gcg-first.eval"));
        Assert.Contains("gcg/val (first 1 of 2 images): 1 image(s)", first.Output, StringComparison.Ordinal);

        File.Delete(Path.Combine(perfect, "second.json"));
        (await Run("eval", "--dataset", data, "--predictions", perfect)).IsRefused(ExitCodes.Dataset, "image 'second' has no caption", "--missing absent");
        var partial = await Run("eval", "--dataset", data, "--predictions", perfect, "--missing", "skip", "--out", fixture.File("gcg-partial.eval"));
        Assert.Contains("1 without a caption left out", partial.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_about_videos_and_damaged_files_are_refused()
    {
        var data = Dataset("gcg-refused");
        (await Run("eval", "--dataset", data, "--model", fixture.Model, "--verify")).IsRefused(ExitCodes.Usage, "--verify is for sentences about videos");
        (await Run("eval", "--dataset", data, "--model", fixture.Model, "--reground", "16")).IsRefused(ExitCodes.Usage, "--reground is for sentences about videos");
        (await Run("eval", "--dataset", data, "--split", "test", "--model", fixture.Model)).IsRefused(ExitCodes.Dataset, "no split 'test'. It has: val");
        await File.WriteAllTextAsync(Path.Combine(data, "val_gcg_coco_mask_gt.json"), "{}", Stop);
        (await Run("eval", "--dataset", data, "--model", fixture.Model)).IsRefused(ExitCodes.Dataset, "val_gcg_coco_mask_gt.json", "'images' is missing");
    }

    [Fact]
    public async Task Stills_of_the_benchmark_are_written_and_tried()
    {
        var data = fixture.File("gcg-shapes");
        var written = await Run("bench", "ref-shapes", "--split", "val", "--layout", "gcg", "--videos", "2", "--out", data);
        Assert.Equal(0, written.ExitCode);
        Assert.Matches("gcg-shapes: 2 images, [0-9]+ phrases", written.Output);
        var tried = await Run("eval", "--dataset", data, "--videos", "1", "--model", fixture.Model, "--threads", "1", "--out", fixture.File("gcg-shapes.eval"));
        Assert.Equal(0, tried.ExitCode);
        Assert.Contains("tiny on gcg/val (first 1 of 2 images): 1 image(s)", tried.Output, StringComparison.Ordinal);
    }

    private static void Same(JsonElement split, Sa2vaProcess scored)
    {
        Assert.Equal(0, scored.ExitCode);
        Assert.Equal(split.GetProperty("overall").GetRawText(), scored.Lines[^1].GetProperty("splits")[0].GetProperty("overall").GetRawText());
    }

    /// <summary>Two pictures of three bright boxes.</summary>
    private string Dataset(string name)
    {
        var folder = fixture.File(name);
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        (string Image, string Phrase, int X)[] boxes = [("first", "a red box", 4), ("first", "a blue box", 36), ("second", "the only box here", 20)];
        var images = boxes.Select(box => box.Image).Distinct().Select(id => new { id, width = Width, height = Height }).ToArray();
        foreach (var image in images)
        {
            using var picture = new RgbImage(Width, Height);
            foreach (var box in boxes.Where(box => box.Image == image.id))
            {
                for (var y = 12; y < 30; y++) picture.Row(y).Slice(box.X * 3, 18 * 3).Fill(220);
            }

            using var file = File.Create(Path.Combine(folder, "images", image.id + ".png"));
            PngWriter.WriteRgb(file, picture);
        }

        File.WriteAllText(Path.Combine(folder, "val_gcg_coco_caption_gt.json"), JsonSerializer.Serialize(new
        {
            images,
            annotations = new object[]
            {
                new { id = 1, image_id = "first", caption = "A wall with a red box and a blue box.", labels = new[] { "a red box", "a blue box" } },
                new { id = 2, image_id = "second", caption = "This is the only box here.", labels = new[] { "the only box here" } },
            },
        }));
        File.WriteAllText(Path.Combine(folder, "val_gcg_coco_mask_gt.json"), JsonSerializer.Serialize(new
        {
            images,
            annotations = boxes.Select((box, i) =>
            {
                var pixels = new byte[Width * Height];
                for (var y = 12; y < 30; y++) pixels.AsSpan(y * Width + box.X, 18).Fill(1);
                return new { id = i + 1, image_id = box.Image, category_id = 1, iscrowd = 0, segmentation = new { size = new[] { Height, Width }, counts = RleCodec.Encode(pixels, Height, Width).Counts } };
            }),
        }));
        return folder;
    }

    private Task<Sa2vaProcess> Run(params string[] arguments) => Sa2vaProcess.RunAsync(fixture.Folder, arguments);
}
