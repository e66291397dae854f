using Sa2VA.Datasets;
using Sa2VA.Evaluation.Captions.Predictions;
using Sa2VA.Evaluation.Captions.Text;

namespace Sa2VA.Evaluation.Captions.Scores;

/// <summary>What of one image goes into the scores of masks and phrases.</summary>
/// <param name="IoU">Mean of the paired masks.</param>
/// <param name="Found">True phrases that were found.</param>
/// <param name="Hits">Whether each predicted mask is right, for the average precision.</param>
/// <param name="Truths">True masks that it counts.</param>
internal sealed record ImageMatch(double IoU, int Found, IReadOnlyList<bool> Hits, int Truths)
{
    private const double Threshold = 0.5;

    // The official evaluation counts this one only.
    private const int CountedCategory = 1;

    /// <summary>Compares a prediction with the truth.</summary>
    /// <exception cref="EvaluationException">A mask is damaged or has another size; the message names the image and the mask.</exception>
    public static ImageMatch Of(string source, GcgImage image, CaptionPrediction prediction, IPhraseSimilarity similarity)
    {
        var truth = image.Masks.Select(one => new RunMask(one.Mask)).ToList();
        var predicted = prediction.Masks.Select((mask, i) => Read(source, image, mask, i, truth.FirstOrDefault())).ToList();
        var ious = predicted.Select(mask => truth.Select(mask.IoU).ToArray()).ToArray();
        var pairs = GreedyPairs.Find(predicted.Count, truth.Count, (p, t) => ious[p][t]);
        var counted = truth.Zip(image.Masks).Where(one => one.Second.Category == CountedCategory).Select(one => (one.First, one.Second.IsCrowd)).ToList();
        return new ImageMatch(
            pairs.Count == 0 ? 0 : pairs.Average(),
            GreedyPairs.Find(Math.Min(truth.Count, image.Captions[0].Phrases.Count), Math.Min(predicted.Count, prediction.Phrases.Count), FoundBy).Count,
            AveragePrecision.Hits(predicted, counted),
            counted.Count(one => !one.IsCrowd));

        double FoundBy(int t, int p) =>
            ious[p][t] >= Threshold && similarity.Of(image.Captions[0].Phrases[t], prediction.Phrases[p]) >= Threshold ? ious[p][t] : 0;
    }

    private static RunMask Read(string source, GcgImage image, Media.Masks.Rle mask, int place, RunMask? truth)
    {
        if (truth is not null && (mask.Width, mask.Height) != (truth.Width, truth.Height))
        {
            throw new EvaluationException(
                $"'{source}': image '{image.Id}', mask {place}: it is {mask.Width}x{mask.Height}, the truth {truth.Width}x{truth.Height}. Masks are scored in the size of the truth.");
        }

        try
        {
            return new RunMask(mask);
        }
        catch (InvalidDataException e)
        {
            throw new EvaluationException($"'{source}': image '{image.Id}', mask {place}: {e.Message}", e);
        }
    }
}
