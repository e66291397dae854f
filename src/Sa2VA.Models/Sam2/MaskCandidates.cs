using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>The K masks of B objects as decoded: number 0 is the single mask, the others compete for an ambiguous prompt.</summary>
/// <param name="Masks">[B, K, s, s] logits</param>
/// <param name="Ious">[B, K]</param>
/// <param name="Tokens">[B, K, C]</param>
/// <param name="ObjectScoreLogits">[B, 1]</param>
public sealed record MaskCandidates(Tensor Masks, Tensor Ious, Tensor Tokens, Tensor ObjectScoreLogits)
{
    /// <summary>The candidates of an ambiguous prompt: masks [B, K-1, s, s] and IoUs [B, K-1].</summary>
    public (Tensor Masks, Tensor Ious) Ambiguous() => (Masks.narrow(1, 1, Masks.size(1) - 1), Ious.narrow(1, 1, Ious.size(1) - 1));

    /// <summary>
    /// The single mask [B, 1, s, s] and its IoU [B, 1]; where it is unstable the best of the others, when the configuration says so.
    /// The token stays the single mask's either way.
    /// </summary>
    public (Tensor Masks, Tensor Ious) Single(Sam2Config config)
    {
        var (mask, iou) = (Masks.narrow(1, 0, 1), Ious.narrow(1, 0, 1));
        if (!config.DynamicMultimaskViaStability)
            return (mask, iou);

        using var scope = NewDisposeScope();
        var (others, otherIous) = Ambiguous();
        var best = otherIous.argmax(-1);
        var stable = Stability(mask, config.DynamicMultimaskStabilityDelta).ge(config.DynamicMultimaskStabilityThresh);    // (B, 1)
        mask = where(stable.unsqueeze(-1).unsqueeze(-1), mask, Pick(others, best));
        iou = where(stable, iou, Pick(otherIous, best));
        return (mask.MoveToOuterDisposeScope(), iou.MoveToOuterDisposeScope());
    }

    /// <summary>How little a mask [B, 1, s, s] changes when its threshold moves by ±delta: the smaller area over the larger, [B, 1]; 1 for none.</summary>
    public static Tensor Stability(Tensor masks, double delta)
    {
        using var scope = NewDisposeScope();
        var flat = masks.flatten(-2);
        var inner = flat.gt(delta).sum(-1).to(float32);
        var outer = flat.gt(-delta).sum(-1).to(float32);
        return where(outer.gt(0), inner / outer, ones_like(outer)).MoveToOuterDisposeScope();
    }

    /// <summary>Of [B, M, ...] the entry that each of the B indexes names: [B, 1, ...].</summary>
    public static Tensor Pick(Tensor entries, Tensor indexes)
    {
        using var scope = NewDisposeScope();
        var rows = arange(entries.size(0), int64, entries.device);
        return entries.index(rows, indexes).unsqueeze(1).MoveToOuterDisposeScope();
    }
}
