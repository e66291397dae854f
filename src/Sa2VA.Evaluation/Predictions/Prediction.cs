using Sa2VA.Cluster.Verification;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Predictions;

/// <summary>What was predicted for one expression.</summary>
/// <param name="Masks">A mask per frame of the video, in order; null where there is none, which is not the same as an empty one.</param>
/// <param name="Answer">What the model said; null when it is not known.</param>
public sealed record Prediction(IReadOnlyList<Rle?> Masks, string? Answer = null)
{
    /// <summary>What was concluded about its presence; null where that was not verified.</summary>
    public PresenceVerdict? Presence { get; init; }
}
