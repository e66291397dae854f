using Sa2VA.Datasets;
using Sa2VA.Evaluation.Captions.Predictions;
using Sa2VA.Evaluation.Captions.Scores;
using Sa2VA.Evaluation.Reports.Cases;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Captions.Reports;

/// <summary>An image to look at.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Score">Which, and how well it was described.</param>
/// <param name="Picture">With the masks drawn into it, those of the prediction hatched and the true ones outlined; null when the picture cannot be read.</param>
public sealed record CaptionCase(CaseKind Kind, CaptionScore Score, CasePicture? Picture);

/// <summary>Chooses and draws what to look at: the best, the median and the worst image by the mean IoU of its masks, and of equal ones by CIDEr.</summary>
public static class CaptionCases
{
    /// <summary>Up to three. Predictions are read again, so that an evaluation need not keep all masks.</summary>
    public static async Task<IReadOnlyList<CaptionCase>> DrawAsync(CaptionScores split, GcgDataset dataset, ICaptionPredictions predictions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(split);
        var ranked = split.Images.OrderByDescending(image => image.IoU).ThenByDescending(image => image.Cider).ToList();
        List<(CaseKind Kind, CaptionScore Score)> chosen = [(CaseKind.Best, ranked[0])];
        if (ranked.Count > 2) chosen.Add((CaseKind.Median, ranked[ranked.Count / 2]));
        if (ranked.Count > 1) chosen.Add((CaseKind.Worst, ranked[^1]));
        var cases = new List<CaptionCase>();
        foreach (var (kind, score) in chosen)
        {
            var image = dataset.Images.First(one => one.Id == score.Id);
            cases.Add(new CaptionCase(kind, score, Draw(image, score, await predictions.ReadAsync(image, cancellationToken) ?? CaptionPrediction.Nothing)));
        }

        return cases;
    }

    private static CasePicture? Draw(GcgImage image, CaptionScore score, CaptionPrediction said)
    {
        try
        {
            using var picture = FramePictures.Read(image.Picture);
            var empty = RleCodec.Empty(picture.Height, picture.Width);
            using var drawn = CasePainter.Paint(picture, RleUnion.Of([empty, .. said.Masks]), RleUnion.Of([empty, .. image.Masks.Select(one => one.Mask)]));
            return new CasePicture(0, score.IoU, drawn.Width, drawn.Height, SmallPng.Write(drawn));
        }
        catch (Exception e) when (e is DatasetException or MediaException or ArgumentException)
        {
            // Masks can be scored without the pictures: a report without them is still one.
            return null;
        }
    }
}
