using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Metrics;

/// <summary>Scores masks against the truth; the arithmetic of <c>sa2va eval</c> for whoever has masks at hand.</summary>
public static class ClipScorer
{
    /// <summary>Scores every frame of a clip. Masks are of one size, and lists are as long as the clip.</summary>
    /// <param name="prediction">The predicted masks.</param>
    /// <param name="truth">The true ones.</param>
    /// <param name="foreground">ReVOS's foreground masks, or null.</param>
    /// <exception cref="ArgumentException">Lengths or sizes differ.</exception>
    /// <exception cref="InvalidDataException">A mask is damaged.</exception>
    public static IReadOnlyList<FrameScore> ScoreFrames(IReadOnlyList<Rle> prediction, IReadOnlyList<Rle> truth, IReadOnlyList<Rle>? foreground = null)
    {
        if (prediction.Count != truth.Count || truth.Count == 0)
            throw new ArgumentException($"{prediction.Count} predicted masks were given for {truth.Count} frames.", nameof(prediction));
        var scorer = new FrameScorer(truth[0].Height, truth[0].Width);
        var scores = new FrameScore[truth.Count];
        for (var i = 0; i < scores.Length; i++) scores[i] = scorer.Score(prediction[i], truth[i], foreground?[i]);
        return scores;
    }

    /// <summary>The same, summarised.</summary>
    public static ClipScore Score(IReadOnlyList<Rle> prediction, IReadOnlyList<Rle> truth, IReadOnlyList<Rle>? foreground = null)
        => ClipScore.Of(ScoreFrames(prediction, truth, foreground));
}
