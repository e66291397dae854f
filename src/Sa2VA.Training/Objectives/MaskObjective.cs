using Sa2VA.Models.Sam2;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Training.Objectives;

/// <summary>
/// The losses of decoded masks. Where several candidates compete, only the best one is pulled towards the truth, and each learns how
/// good it is (SAM 2, appendix D.2). N masks of t·t cells.
/// </summary>
public sealed class MaskObjective(LossWeights weights)
{
    private const double Smooth = 1;

    /// <summary>Adds the losses of N decoded prompts.</summary>
    /// <param name="losses">Receives them.</param>
    /// <param name="name">Prefix in the log.</param>
    /// <param name="found">As decoded.</param>
    /// <param name="target">[N, t, t] coverage from 0 to 1.</param>
    /// <param name="visible">[N] 1 where something is seen.</param>
    /// <param name="multimask">Whether the candidates compete, or the single mask answers.</param>
    /// <param name="weight">Factor on all of it.</param>
    /// <param name="counted">[N] 1 for what counts; null for all.</param>
    public void Add(LossSum losses, string name, MaskCandidates found, Tensor target, Tensor visible, bool multimask, double weight, Tensor? counted = null)
    {
        var (masks, ious) = multimask ? found.Ambiguous() : (found.Masks.narrow(1, 0, 1), found.Ious.narrow(1, 0, 1));
        var side = target.size(-1);
        var logits = F.interpolate(masks, side, side);                                  // [N, K, t, t]
        var truth = target.unsqueeze(1);                                                // [N, 1, t, t]
        var entropy = CrossEntropy(logits, truth).mean([2, 3]);                         // [N, K]
        var dice = Dice(logits, truth);
        var cost = entropy * weights.Mask + dice * weights.Dice;
        var chosen = cost.detach().argmin(1, keepdim: true);                            // [N, 1]
        var share = counted is null ? full([target.size(0), 1], 1.0 / target.size(0), device: target.device) : (counted / counted.sum().clamp(1)).unsqueeze(1);

        losses.Add($"{name}/mask", (entropy.gather(1, chosen) * share).sum(), weight * weights.Mask);
        losses.Add($"{name}/dice", (dice.gather(1, chosen) * share).sum(), weight * weights.Dice);
        if (weights.Iou > 0)
            losses.Add($"{name}/iou", ((ious - Iou(logits.detach(), truth)).abs().mean(1, keepdim: true) * share).sum(), weight * weights.Iou);
        if (weights.ObjectScore > 0)
            losses.Add($"{name}/score", (CrossEntropy(found.ObjectScoreLogits, visible.unsqueeze(1)) * share).sum(), weight * weights.ObjectScore);
    }

    /// <summary>Adds the losses of masks that were put together from decoded ones.</summary>
    /// <param name="losses">Receives them.</param>
    /// <param name="name">Prefix in the log.</param>
    /// <param name="masks">[N, 1, s, s] logits.</param>
    /// <param name="target">[N, t, t] coverage from 0 to 1.</param>
    public void Add(LossSum losses, string name, Tensor masks, Tensor target)
    {
        var side = target.size(-1);
        var (logits, truth) = (F.interpolate(masks, side, side), target.unsqueeze(1));
        losses.Add($"{name}/mask", CrossEntropy(logits, truth).mean(), weights.Mask);
        losses.Add($"{name}/dice", Dice(logits, truth).mean(), weights.Dice);
    }

    /// <summary>Mean IoU [] of the masks where something is to be seen: for the log, without gradient.</summary>
    public static Tensor MeanIou(Tensor logits, Tensor target, Tensor visible)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var side = target.size(-1);
        var iou = Iou(F.interpolate(logits.detach(), side, side), target.unsqueeze(1)).squeeze(1);
        return ((iou * visible).sum() / visible.sum().clamp(1)).MoveToOuterDisposeScope();
    }

    /// <summary>log(1 + e^-|x|) + max(x, 0) - x·y, element by element.</summary>
    internal static Tensor CrossEntropy(Tensor logits, Tensor target) =>
        Dispatcher.Call("aten::binary_cross_entropy_with_logits", "", logits, target.expand_as(logits), Argument.None, Argument.None, 0L);

    // [N, K]
    private static Tensor Dice(Tensor logits, Tensor target)
    {
        var found = logits.sigmoid();
        var common = (found * target).sum([2, 3]);
        return 1 - (common * 2 + Smooth) / (found.sum([2, 3]) + target.sum([2, 3]) + Smooth);
    }

    // [N, K]
    private static Tensor Iou(Tensor logits, Tensor target)
    {
        using var quiet = no_grad();
        var (found, truth) = (logits.gt(0), target.gt(0.5));
        var common = found.logical_and(truth).to(float32).sum([2, 3]);
        var all = found.logical_or(truth).to(float32).sum([2, 3]);
        return where(all.gt(0), common / all.clamp(1), ones_like(all));
    }
}
