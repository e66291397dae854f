using Sa2VA.Evaluation.Captions.Predictions;
using Sa2VA.Evaluation.Captions.Scores;
using Sa2VA.Evaluation.Captions.Text;
using Sa2VA.Evaluation.Running;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Captions;

public sealed class CaptionEvaluatorTests : IDisposable
{
    private readonly GcgFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private CaptionPrediction One => _folder.Perfect.Captions["one"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_said_as_the_dataset_says_it_is_perfect()
    {
        var scores = await ScoreAsync(_folder.Perfect);
        Assert.Equal((1, 1, 1), (scores.AP50, scores.MeanIoU, scores.Recall));
        Assert.Equal(10, scores.Cider, 9);
        Assert.Equal(1, scores.Meteor, 12);
        Assert.All(scores.Images, image => Assert.Equal((1, image.Phrases, image.TrueMasks), (Math.Round(image.Meteor, 12), image.Found, image.Masks)));
        Assert.Equal(("gcg/val", 0, "stem overlap"), (scores.Name, scores.Skipped, scores.Similarity));
    }

    [Fact]
    public async Task Masks_are_paired_by_overlap_and_phrases_need_both()
    {
        // The masks are told in the other order: still the same masks, but under the wrong phrases.
        var swapped = await ScoreAsync(_folder.Perfect.With("one", One with { Masks = [.. One.Masks.Reverse()] }));
        Assert.Equal((1, 1), (swapped.AP50, swapped.MeanIoU));
        // "A red box" and "a small blue box" have 2 of 5 stems in common, below one half.
        Assert.Equal(3 / 5.0, swapped.Recall);

        var half = GcgFolder.Box(4, 4, 8);
        var smaller = await ScoreAsync(_folder.Perfect.With("one", One with { Masks = [half, One.Masks[1]] }));
        Assert.Equal((0.25 + 1) / 2, smaller.Images[0].IoU, 12);
        Assert.Equal((0.25 + 1) / 2 / 3 + 2 / 3.0, smaller.MeanIoU, 12);
        Assert.Equal(4 / 5.0, smaller.Recall);
        // By id the images are one, three, two: a miss, then four hits of five masks.
        Assert.Equal(AveragePrecision.Of([false, true, true, true, true], 5), smaller.AP50);
    }

    [Fact]
    public async Task Phrases_and_masks_without_partner_are_not_found()
    {
        var wordless = await ScoreAsync(_folder.Perfect.With("one", One with { Phrases = [One.Phrases[0]] }));
        Assert.Equal((1, 4 / 5.0), (wordless.AP50, wordless.Recall));
        var maskless = await ScoreAsync(_folder.Perfect.With("one", One with { Masks = [] }));
        Assert.Equal((0, 3 / 5.0), (maskless.Images[0].IoU, maskless.Recall));
        var asked = await ScoreAsync(_folder.Perfect.With("one", One with { Phrases = ["blob", "blob"] }), new Always());
        Assert.Equal((1, "always"), (asked.Recall, asked.Similarity));
    }

    [Fact]
    public async Task Masks_of_pictures_without_a_caption_are_missed()
    {
        var more = await CaptionEvaluator.ScoreAsync(_folder.Dataset with { UncaptionedMasks = 5 }, _folder.Perfect, new EvaluationOptions(), similarity: null, progress: null, Stop);
        Assert.Equal(AveragePrecision.Of(Enumerable.Repeat(true, 5), 10), more.AP50);
    }

    [Fact]
    public async Task A_missing_caption_is_an_error_nothing_said_or_left_out()
    {
        var given = _folder.Perfect.With("two", null);
        var refusal = await Assert.ThrowsAsync<EvaluationException>(() => ScoreAsync(given));
        Assert.Contains("'given': image 'two' has no caption", refusal.Message, StringComparison.Ordinal);
        var absent = await ScoreAsync(given, missing: MissingPredictions.Absent);
        Assert.Equal((3, 2 / 3.0, 4 / 5.0), (absent.Images.Count, absent.MeanIoU, absent.Recall));
        Assert.Equal((0, 0), (absent.Images[1].Meteor, absent.Images[1].Cider));
        var skipped = await ScoreAsync(given, missing: MissingPredictions.Skip);
        Assert.Equal((2, 1, 1), (skipped.Images.Count, skipped.Skipped, skipped.Recall));
        await Assert.ThrowsAsync<EvaluationException>(() => ScoreAsync(new GivenCaptions(new Dictionary<string, CaptionPrediction>()), missing: MissingPredictions.Skip));
    }

    [Fact]
    public async Task Masks_that_do_not_fit_are_refused_with_the_image_and_both_sizes()
    {
        await Refused(One with { Masks = [RleCodec.Empty(10, 20)] }, "image 'one', mask 0: it is 20x10, the truth 48x48");
        await Refused(One with { Masks = [One.Masks[0], new Rle(GcgFolder.Side, GcgFolder.Side, "1")] }, "image 'one', mask 1: The run lengths do not fill");

        async Task Refused(CaptionPrediction said, string message) =>
            Assert.Contains(message, (await Assert.ThrowsAsync<EvaluationException>(() => ScoreAsync(_folder.Perfect.With("one", said)))).Message, StringComparison.Ordinal);
    }

    private Task<CaptionScores> ScoreAsync(ICaptionPredictions predictions, IPhraseSimilarity? similarity = null, MissingPredictions missing = MissingPredictions.Error)
        => CaptionEvaluator.ScoreAsync(_folder.Dataset, predictions, new EvaluationOptions { Missing = missing, Jobs = 2 }, similarity, progress: null, Stop);

    private sealed class Always : IPhraseSimilarity
    {
        public string Name => "always";

        public double Of(string one, string other) => 1;
    }
}
