using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Metrics;

/// <summary>Scores masks of one size, frame by frame. It reuses its buffers: one thread at a time.</summary>
internal sealed class FrameScorer(int height, int width)
{
    private readonly BitMask _prediction = new(height, width);
    private readonly BitMask _truth = new(height, width);
    private readonly BitMask _predictionBoundary = new(height, width);
    private readonly BitMask _truthBoundary = new(height, width);
    private readonly BitMask _grown = new(height, width);
    private readonly DiskDilation _dilation = new(height, width);

    /// <summary>Scores one frame.</summary>
    /// <param name="prediction">The predicted mask.</param>
    /// <param name="truth">The true one.</param>
    /// <param name="foreground">Everything that anything refers to, for the robustness; null where there is no such mask.</param>
    /// <exception cref="InvalidDataException">A mask is damaged.</exception>
    public FrameScore Score(Rle prediction, Rle truth, Rle? foreground = null)
    {
        _prediction.Read(prediction);
        _truth.Read(truth);
        var (predicted, meant, common) = (_prediction.Count(), _truth.Count(), _prediction.CountCommon(_truth));
        var union = predicted + meant - common;
        var pixels = (double)height * width;
        return new FrameScore(
            J: union == 0 ? 1 : (double)common / union,
            F: Boundaries(),
            Accuracy: (pixels - (union - common)) / pixels,
            // The official script adds the same small number to avoid a division by zero.
            Robustness: foreground is null ? null : Math.Max(0, 1 - (predicted - common) / (RleCodec.Area(foreground) + 1e-6)),
            common,
            union,
            predicted);
    }

    private double Boundaries()
    {
        BoundaryMap.Find(_prediction, _predictionBoundary);
        BoundaryMap.Find(_truth, _truthBoundary);
        var (predicted, meant) = (_predictionBoundary.Count(), _truthBoundary.Count());
        if (predicted == 0 || meant == 0) return predicted == meant ? 1 : 0;
        var precision = (double)Matched(_predictionBoundary, _truthBoundary) / predicted;
        var recall = (double)Matched(_truthBoundary, _predictionBoundary) / meant;
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    /// <summary>Pixels of one boundary that lie within the tolerance of the other.</summary>
    private long Matched(BitMask boundary, BitMask other)
    {
        _dilation.Grow(other, _grown);
        return _grown.CountCommon(boundary);
    }
}
