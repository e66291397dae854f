using System.Text.Json;
using Sa2VA.Evaluation.Captions.Predictions;
using Sa2VA.Evaluation.Running;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Captions;

public sealed class CaptionFilesTests : IDisposable
{
    private readonly GcgFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_submitted_is_read_back_and_has_the_official_names()
    {
        var submission = new CaptionSubmission(_folder.Perfect, _folder.At("submission"), MissingPredictions.Error);
        foreach (var image in _folder.Dataset.Images)
        {
            var given = await submission.ReadAsync(image, Stop);
            Same(given!, (await CaptionFiles.Open(_folder.At("submission")).ReadAsync(image, Stop))!);
        }

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.At("submission", "one.json"), Stop));
        Assert.Equal(["image_id", "caption", "phrases", "pred_masks"], json.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal("one", json.RootElement.GetProperty("image_id").GetString());
        Assert.Equal("[48,48]", json.RootElement.GetProperty("pred_masks")[0].GetProperty("size").GetRawText());
        Assert.Equal(3, Directory.GetFiles(_folder.At("submission")).Length);
    }

    [Fact]
    public async Task A_picture_without_a_caption_is_submitted_when_it_counts_as_nothing_said()
    {
        var none = new GivenCaptions(new Dictionary<string, CaptionPrediction>());
        Assert.Null(await new CaptionSubmission(none, _folder.At("skip"), MissingPredictions.Skip).ReadAsync(_folder.Dataset.Images[0], Stop));
        Assert.False(Directory.Exists(_folder.At("skip")));
        Assert.Null(await new CaptionSubmission(none, _folder.At("absent"), MissingPredictions.Absent).ReadAsync(_folder.Dataset.Images[0], Stop));
        Same(CaptionPrediction.Nothing, (await CaptionFiles.Open(_folder.At("absent")).ReadAsync(_folder.Dataset.Images[0], Stop))!);
    }

    [Fact]
    public async Task Lists_of_counts_and_one_more_name_around_are_read_too()
    {
        Write("somebody/one.json", """{"sa_1": {"caption": "A dog.", "phrases": ["A dog"], "pred_masks": [{"size": [2, 2], "counts": [1, 2, 1]}]}}""");
        var read = await CaptionFiles.Open(_folder.At("somebody")).ReadAsync(_folder.Dataset.Images[0], Stop);
        Same(new CaptionPrediction("A dog.", ["A dog"], [new Rle(2, 2, RleCodec.ToCounts([1, 2, 1]))]), read!);
        Assert.Null(await CaptionFiles.Open(_folder.At("somebody")).ReadAsync(_folder.Dataset.Images[1], Stop));
    }

    [Theory]
    [InlineData("{", "no JSON file")]
    [InlineData("[]", "'caption' is missing")]
    [InlineData("""{"caption": 3}""", "'caption' holds number")]
    [InlineData("""{"caption": ""}""", "'phrases' is missing")]
    [InlineData("""{"caption": "", "phrases": ["a", 1]}""", "'phrases' holds number")]
    [InlineData("""{"caption": "", "phrases": [], "pred_masks": {}}""", "'pred_masks' is no list")]
    [InlineData("""{"caption": "", "phrases": [], "pred_masks": [{}]}""", "'pred_masks[0]': A mask must be")]
    public async Task A_damaged_file_is_refused_with_its_name_and_the_field(string text, string message)
    {
        Write("somebody/one.json", text);
        await Refused("somebody", "one.json", message);
    }

    [Fact]
    public async Task Outputs_of_captions_are_read()
    {
        var mask = GcgFolder.Box(4, 4, 16);
        var segmentation = $$"""{"size": [48, 48], "counts": {{JsonSerializer.Serialize(mask.Counts)}}}""";
        // The second mask has no phrase, the third phrase no mask.
        Write("out/one.sa2va/caption.json", $$"""
            {"format": "sa2va-caption", "version": 1, "caption": "A red box and a wall.", "answer": "", "complete": true, "phrases": [
              {"text": "A red box", "start": 0, "length": 9, "object": 1, "segmentation": {{segmentation}}},
              {"text": "", "start": 10, "length": 0, "object": 2, "segmentation": {{segmentation}}}]}
            """);
        Write("out/second/caption.json", """{"format": "sa2va-caption", "version": 1, "caption": "A wall.", "phrases": [{"text": "A wall", "start": 0, "length": 6, "object": null}]}""");
        Write("out/second/masks.json", """{"format": "sa2va-masks", "version": 1, "video": {"file": "two.jpg", "width": 48, "height": 48}}""");
        var read = CaptionFiles.Open(_folder.At("out"));
        Same(new CaptionPrediction("A red box and a wall.", ["A red box"], [mask, mask]), (await read.ReadAsync(_folder.Dataset.Images[0], Stop))!);
        Same(new CaptionPrediction("A wall.", ["A wall"], []), (await read.ReadAsync(_folder.Dataset.Images[1], Stop))!);
        Assert.Null(await read.ReadAsync(_folder.Dataset.Images[2], Stop));
    }

    [Theory]
    [InlineData("""{"format": "sa2va-masks", "version": 1}""", "is not 'sa2va-caption', version 1")]
    [InlineData("""{"format": "sa2va-caption", "version": 2}""", "is not 'sa2va-caption', version 1")]
    [InlineData("""{"format": "sa2va-caption", "version": 1, "caption": "x", "phrases": [{"text": "a", "object": 1}]}""", "the phrase 'a' has no 'segmentation'. Captions of videos")]
    [InlineData("""{"format": "sa2va-caption", "version": 1, "caption": "x", "phrases": [{"object": 1}]}""", "'text' is missing")]
    public async Task Outputs_that_are_no_captions_of_pictures_are_refused(string text, string message)
    {
        Write("out/one/caption.json", text);
        await Refused("out", "caption.json", message);
    }

    [Fact]
    public void Folders_without_captions_are_refused()
    {
        Directory.CreateDirectory(_folder.At("empty"));
        Assert.Contains("no captions of a known layout", Assert.Throws<EvaluationException>(() => CaptionFiles.Open(_folder.At("empty"))).Message, StringComparison.Ordinal);
        Assert.Contains("There is no folder of captions", Assert.Throws<EvaluationException>(() => CaptionFiles.Open(_folder.At("nowhere"))).Message, StringComparison.Ordinal);
        Write("twice/a/one/caption.json", "{}");
        Write("twice/b/one/caption.json", "{}");
        Assert.Contains("hold a caption of 'one'", Assert.Throws<EvaluationException>(() => CaptionFiles.Open(_folder.At("twice"))).Message, StringComparison.Ordinal);
    }

    private static void Same(CaptionPrediction expected, CaptionPrediction read)
    {
        Assert.Equal(expected.Text, read.Text);
        Assert.Equal(expected.Phrases, read.Phrases);
        Assert.Equal(expected.Masks, read.Masks);
    }

    private async Task Refused(string folder, params string[] words)
    {
        var refusal = await Assert.ThrowsAsync<EvaluationException>(() => CaptionFiles.Open(_folder.At(folder)).ReadAsync(_folder.Dataset.Images[0], Stop));
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.At(path))!);
        File.WriteAllText(_folder.At(path), text);
    }
}
