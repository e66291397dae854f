namespace Sa2VA.Evaluation.Metrics;

/// <summary>How well a predicted mask fits the true one on one frame.</summary>
/// <param name="J">Region similarity: intersection over union; 1 when both masks are empty.</param>
/// <param name="F">Boundary measure of DAVIS: the harmonic mean of the boundaries' precision and recall.</param>
/// <param name="Accuracy">Share of pixels that are rightly inside or rightly outside.</param>
/// <param name="Robustness">ReVOS: 1 less the wrongly predicted pixels over those of the foreground, at least 0; null without a foreground.</param>
/// <param name="Intersection">Pixels in both masks.</param>
/// <param name="Union">Pixels in either mask.</param>
/// <param name="Predicted">Pixels in the prediction.</param>
public readonly record struct FrameScore(double J, double F, double Accuracy, double? Robustness, long Intersection, long Union, long Predicted);
