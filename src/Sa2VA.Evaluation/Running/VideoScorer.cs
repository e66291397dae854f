using Sa2VA.Datasets;
using Sa2VA.Evaluation.Metrics;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Evaluation.Scores;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Running;

/// <summary>Scores all expressions of a video. Frames are walked once: a dataset may have to draw or decode a frame's truth.</summary>
internal static class VideoScorer
{
    /// <summary>Scores a video, expressions in its order; what may be skipped is left out.</summary>
    /// <exception cref="EvaluationException">A prediction is missing or does not fit.</exception>
    /// <exception cref="DatasetException">The truth cannot be read.</exception>
    public static IReadOnlyList<ExpressionScore> Score(
        string source, ReferringVideo video, IReadOnlyDictionary<string, Prediction> predictions, MissingPredictions missing, CancellationToken cancellationToken)
    {
        var expressions = missing == MissingPredictions.Skip ? [.. video.Expressions.Where(e => predictions.ContainsKey(e.Id))] : video.Expressions;
        if (expressions.Count == 0) return [];
        var masks = expressions.Select(e => PredictionRules.Masks(source, video, e, predictions.GetValueOrDefault(e.Id), missing)).ToArray();
        var scores = expressions.Select(_ => new FrameScore[video.FrameNames.Count]).ToArray();
        var scorer = new FrameScorer(video.Height, video.Width);
        for (var frame = 0; frame < video.FrameNames.Count; frame++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var foreground = video.Foreground(frame);
            for (var e = 0; e < expressions.Count; e++)
                scores[e][frame] = Score(scorer, source, video, expressions[e], frame, masks[e][frame], foreground);
        }

        return [.. expressions.Select((e, i) => new ExpressionScore(video.Id, e, ClipScore.Of(scores[i]), predictions.GetValueOrDefault(e.Id)?.Answer) { Presence = predictions.GetValueOrDefault(e.Id)?.Presence })];
    }

    private static Rle Without(Rle mask, Rle ignored)
    {
        if ((mask.Width, mask.Height) != (ignored.Width, ignored.Height)) return mask;
        var (pixels, left) = (RleCodec.Decode(mask), RleCodec.Decode(ignored));
        for (var i = 0; i < pixels.Length; i++) pixels[i] &= (byte)(1 - left[i]);
        return RleCodec.Encode(pixels, mask.Height, mask.Width);
    }

    private static FrameScore Score(
        FrameScorer scorer, string source, ReferringVideo video, ReferringExpression expression, int frame, Rle mask, Rle? foreground)
    {
        var truth = video.Truth(expression, frame);
        if (truth.Width != video.Width || truth.Height != video.Height)
        {
            throw new DatasetException(
                $"Video '{video.Id}', expression '{expression.Id}', frame '{video.FrameNames[frame]}': the truth is {truth.Width}x{truth.Height}, the video {video.Width}x{video.Height}. The dataset's annotations seem to belong to other frames.");
        }

        try
        {
            if (video.Ignored(expression, frame) is { } ignored) mask = Without(mask, ignored);
            return scorer.Score(mask, truth, foreground);
        }
        catch (InvalidDataException e)
        {
            throw new EvaluationException($"{PredictionRules.Where(source, video, expression)}, frame '{video.FrameNames[frame]}': {e.Message}", e);
        }
    }
}
