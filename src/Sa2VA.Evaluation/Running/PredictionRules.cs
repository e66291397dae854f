using Sa2VA.Datasets;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Running;

/// <summary>Which predictions can be scored against a video; refusals name the video, the expression and both sizes.</summary>
internal static class PredictionRules
{
    /// <summary>The mask of every frame, or the refusal.</summary>
    /// <exception cref="EvaluationException">Something is missing that may not be, or does not fit.</exception>
    public static IReadOnlyList<Rle> Masks(string source, ReferringVideo video, ReferringExpression expression, Prediction? prediction, MissingPredictions missing)
    {
        var frames = video.FrameNames.Count;
        var empty = RleCodec.Empty(video.Height, video.Width);
        if (prediction is null)
        {
            return missing == MissingPredictions.Absent
                ? [.. Enumerable.Repeat(empty, frames)]
                : throw new EvaluationException($"{Where(source, video, expression)} has no prediction. Predict it, or give '--missing absent' to count it as nothing found, or '--missing skip' to leave it out.");
        }

        if (prediction.Masks.Count != frames)
            throw new EvaluationException($"{Where(source, video, expression)} has {prediction.Masks.Count} masks; the video has {frames} frames.");
        var masks = new Rle[frames];
        for (var i = 0; i < frames; i++)
        {
            masks[i] = prediction.Masks[i]
                ?? (missing == MissingPredictions.Absent
                    ? empty
                    : throw new EvaluationException($"{Where(source, video, expression)} has no mask for frame '{video.FrameNames[i]}'. Predict it, or give '--missing absent' to count it as empty."));
            if (masks[i].Width != video.Width || masks[i].Height != video.Height)
            {
                throw new EvaluationException(
                    $"{Where(source, video, expression)}, frame '{video.FrameNames[i]}': the mask is {masks[i].Width}x{masks[i].Height}, the video {video.Width}x{video.Height}. Masks are scored in the size of the truth.");
            }
        }

        return masks;
    }

    /// <summary>Where a refusal applies, as the beginning of its sentence.</summary>
    public static string Where(string source, ReferringVideo video, ReferringExpression expression)
        => $"'{source}': video '{video.Id}', expression '{expression.Id}' (\"{expression.Text}\")";
}
