using Sa2VA.Cluster.Runs;
using Sa2VA.Datasets;
using Sa2VA.Evaluation.Captions.Predictions;
using Sa2VA.Evaluation.Captions.Scores;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Evaluation.Running;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Tensors;

namespace Sa2VA.Evaluation.Tests.Captions;

/// <summary>A small random model over real pictures: what it says means nothing, but nothing may be asked twice or get lost.</summary>
public sealed class CaptionModelTests : IDisposable
{
    private readonly GcgFolder _folder = new();

    public CaptionModelTests()
    {
        torch.set_num_threads(1);
        ModelInitializer.Write(ModelPreset.Named("tiny"), _folder.At("tiny"), new InitOptions { Seed = 3 });
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pictures_are_captioned_once_and_scored()
    {
        await using var host = new ModelHost(_folder.At("tiny"), "cpu");
        var model = new CaptionModel(host, Options("work"));
        Assert.Equal((0, "tiny"), (model.Known, model.Name));
        var scores = await CaptionEvaluator.ScoreAsync(_folder.Dataset, model, new EvaluationOptions(), similarity: null, progress: null, Stop);
        // The tiny model answers with one segment and nothing else.
        Assert.All(scores.Images, image => Assert.Equal((1, 0), (image.Masks, image.Found)));
        Assert.Equal(3, new CaptionModel(host, Options("work")).Known);

        // What is kept is not asked about again: a model that cannot be loaded gives it too.
        await using var nobody = new ModelHost(_folder.At("tiny"), "no such device");
        var again = await CaptionEvaluator.ScoreAsync(_folder.Dataset, new CaptionModel(nobody, Options("work")), new EvaluationOptions(), similarity: null, progress: null, Stop);
        Assert.Equal(scores.Images, again.Images);
        await Assert.ThrowsAsync<RunException>(() => new CaptionModel(nobody, Options("other")).ReadAsync(_folder.Dataset.Images[0], Stop));

        var refusal = Assert.Throws<EvaluationException>(() => new CaptionModel(host, Options("work") with { Protocol = GroundingProtocol.Sa2va }));
        Assert.Contains("of another model or of other settings", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_caption_is_not_kept()
    {
        await using var host = new ModelHost(_folder.At("tiny"), "cpu");
        using var stop = new CancellationTokenSource();
        var model = new CaptionModel(host, Options("stopped"));
        await model.ReadAsync(_folder.Dataset.Images[0], stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.ReadAsync(_folder.Dataset.Images[1], stop.Token));
        Assert.Equal(1, new CaptionModel(host, Options("stopped")).Known);
    }

    [Fact]
    public async Task A_picture_that_cannot_be_read_is_named_or_has_no_caption()
    {
        File.Delete(_folder.At("images", "one.png"));
        await File.WriteAllTextAsync(_folder.At("images", "two.png"), "no picture", Stop);
        var dataset = GcgOpener.Open(_folder.At());
        await using var host = new ModelHost(_folder.At("tiny"), "cpu");
        foreach (var (image, words) in dataset.Images.Zip(["There is no picture", "two.png"]))
        {
            var refusal = await Assert.ThrowsAsync<RunException>(() => new CaptionModel(host, Options("strict")).ReadAsync(image, Stop));
            Assert.Equal(RunFailureKind.Media, refusal.Kind);
            Assert.StartsWith($"Image '{image.Id}': ", refusal.Message, StringComparison.Ordinal);
            Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
            Assert.Null(await new CaptionModel(host, Options("lenient") with { SkipUnreadable = true }).ReadAsync(image, Stop));
        }
    }

    [Fact]
    public async Task A_model_that_says_no_captions_is_refused_also_where_pictures_may_be_skipped()
    {
        ModelInitializer.Write(ModelPreset.Named("tiny-unipixel"), _folder.At("unipixel"), new InitOptions { Seed = 3 });
        await using var host = new ModelHost(_folder.At("unipixel"), "cpu");
        var model = new CaptionModel(host, Options("work") with { ModelFolder = _folder.At("unipixel"), SkipUnreadable = true });
        var refusal = await Assert.ThrowsAsync<RunException>(() => model.ReadAsync(_folder.Dataset.Images[0], Stop));
        Assert.Equal(RunFailureKind.Model, refusal.Kind);
        Assert.Contains("is a UniPixel", refusal.Message, StringComparison.Ordinal);
    }

    private ModelPredictionOptions Options(string work) => new() { ModelFolder = _folder.At("tiny"), WorkFolder = _folder.At(work) };
}
