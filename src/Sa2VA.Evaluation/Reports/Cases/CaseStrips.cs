using Sa2VA.Datasets;
using Sa2VA.Evaluation.Metrics;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Evaluation.Running;
using Sa2VA.Media;

namespace Sa2VA.Evaluation.Reports.Cases;

/// <summary>Draws the cases of a report. Predictions are read again, so that an evaluation need not keep those of every video.</summary>
public static class CaseStrips
{
    private const int PicturesPerCase = 5;

    /// <summary>Draws up to five frames of each case, spread over its video.</summary>
    /// <exception cref="EvaluationException">Predictions changed since they were scored.</exception>
    public static async Task<IReadOnlyList<CaseStrip>> DrawAsync(
        IReadOnlyList<Case> cases, IReferringDataset dataset, IPredictions predictions, MissingPredictions missing, CancellationToken cancellationToken)
    {
        var strips = new CaseStrip[cases.Count];
        var videos = dataset.Videos.ToDictionary(v => v.Id, StringComparer.Ordinal);
        foreach (var group in Enumerable.Range(0, cases.Count).GroupBy(i => cases[i].Score.VideoId))
        {
            var video = videos[group.Key];
            var found = await predictions.ReadAsync(video, null, cancellationToken);
            foreach (var i in group)
                strips[i] = new CaseStrip(cases[i], await DrawAsync(cases[i], video, predictions.Name, found, missing, cancellationToken));
        }

        return strips;
    }

    private static async Task<IReadOnlyList<CasePicture>> DrawAsync(
        Case shown, ReferringVideo video, string source, IReadOnlyDictionary<string, Prediction> found, MissingPredictions missing, CancellationToken cancellationToken)
    {
        var expression = shown.Score.Expression;
        var masks = PredictionRules.Masks(source, video, expression, found.GetValueOrDefault(expression.Id), missing);
        var frames = ContactSheet.Spread(masks.Count, PicturesPerCase);
        var scorer = new FrameScorer(video.Height, video.Width);
        var pictures = new List<CasePicture>(frames.Count);
        try
        {
            await foreach (var image in video.ReadFramesAsync(frames, cancellationToken))
            {
                using (image)
                {
                    var frame = frames[pictures.Count];
                    var truth = video.Truth(expression, frame);
                    using var drawn = CasePainter.Paint(image, masks[frame], truth);
                    pictures.Add(new CasePicture(frame, scorer.Score(masks[frame], truth).J, drawn.Width, drawn.Height, SmallPng.Write(drawn)));
                }
            }
        }
        catch (DatasetException)
        {
            // Masks can be scored without the frames, which are the larger part of a dataset: a report without pictures is still one.
            return [];
        }

        return pictures;
    }
}
