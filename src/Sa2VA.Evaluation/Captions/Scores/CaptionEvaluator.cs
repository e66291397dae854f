using Sa2VA.Datasets;
using Sa2VA.Evaluation.Captions.Predictions;
using Sa2VA.Evaluation.Captions.Text;
using Sa2VA.Evaluation.Running;

namespace Sa2VA.Evaluation.Captions.Scores;

/// <summary>Scores captions and their masks against a dataset, as GLaMM's official script does but for what <c>docs/evaluation.md</c> names.</summary>
public static class CaptionEvaluator
{
    /// <summary>Scores every image. The first failure ends the evaluation.</summary>
    /// <param name="dataset">The truth.</param>
    /// <param name="predictions">Whose captions.</param>
    /// <param name="options">How to go about it.</param>
    /// <param name="similarity">Decides whether two phrases mean the same; null for <see cref="StemOverlap"/>.</param>
    /// <param name="progress">Told the number of images that are done.</param>
    /// <param name="cancellationToken">Ends the work; what a model had said until then is kept for the next time.</param>
    /// <exception cref="EvaluationException">Predictions are missing or do not fit.</exception>
    public static async Task<CaptionScores> ScoreAsync(
        GcgDataset dataset, ICaptionPredictions predictions, EvaluationOptions options, IPhraseSimilarity? similarity, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        similarity ??= new StemOverlap();
        var scored = new Scored?[dataset.Images.Count];
        var done = new Tally(progress);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Jobs, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, scored.Length), parallel, async (i, token) =>
        {
            scored[i] = await ScoreAsync(dataset.Images[i], predictions, options.Missing, similarity, token);
            done.Add();
        });
        IReadOnlyList<Scored> found = [.. scored.OfType<Scored>()];
        return found.Count > 0
            ? Summarise(dataset, found, similarity.Name)
            : throw new EvaluationException($"'{predictions.Name}' has no caption for any image of '{dataset.Name}'. Files must be called by the ids of the images.");
    }

    private static async Task<Scored?> ScoreAsync(GcgImage image, ICaptionPredictions predictions, MissingPredictions missing, IPhraseSimilarity similarity, CancellationToken cancellationToken)
    {
        var prediction = await predictions.ReadAsync(image, cancellationToken);
        if (prediction is null && missing == MissingPredictions.Skip) return null;
        if (prediction is null && missing == MissingPredictions.Error)
        {
            throw new EvaluationException(
                $"'{predictions.Name}': image '{image.Id}' has no caption. Predict it, or give '--missing absent' to count it as nothing said, or '--missing skip' to leave it out.");
        }

        prediction ??= CaptionPrediction.Nothing;
        var words = PtbTokens.Of(prediction.Text);
        IReadOnlyList<IReadOnlyList<string>> references = [.. image.Captions.Select(caption => PtbTokens.Of(caption.Text))];
        // Masks are not kept: those of thousands of images would fill the memory.
        return new Scored(image, prediction.Text, prediction.Masks.Count, words, references, MeteorStatistics.OfBest(words, references), ImageMatch.Of(predictions.Name, image, prediction, similarity));
    }

    private static CaptionScores Summarise(GcgDataset dataset, IReadOnlyList<Scored> scored, string similarity)
    {
        var cider = CiderD.Scores([.. scored.Select(one => one.Words)], [.. scored.Select(one => one.References)]);
        return new CaptionScores
        {
            Name = dataset.Name,
            Skipped = dataset.Images.Count - scored.Count,
            Similarity = similarity,
            Meteor = scored.Aggregate(MeteorStatistics.None, (sum, one) => sum.Plus(one.Meteor)).Score,
            AP50 = AveragePrecision.Of(scored.OrderBy(one => one.Image.Rank).SelectMany(one => one.Match.Hits), scored.Sum(one => one.Match.Truths) + dataset.UncaptionedMasks),
            Images = [.. scored.Select((one, i) => new CaptionScore(
                one.Image.Id, one.Text, one.Image.Captions[0].Text, one.Meteor.Score, cider[i], one.Match.IoU, one.Image.Captions[0].Phrases.Count, one.Match.Found, one.Image.Masks.Count, one.Masks))],
        };
    }

    /// <summary>What an image leaves behind until all are there: rareness of words is known only then.</summary>
    private sealed record Scored(
        GcgImage Image, string Text, int Masks, IReadOnlyList<string> Words, IReadOnlyList<IReadOnlyList<string>> References, MeteorStatistics Meteor, ImageMatch Match);

    /// <summary>Counts finished images, from any thread.</summary>
    private sealed class Tally(IProgress<int>? progress)
    {
        private readonly Lock _gate = new();
        private int _done;

        public void Add()
        {
            lock (_gate) progress?.Report(++_done);
        }
    }
}
