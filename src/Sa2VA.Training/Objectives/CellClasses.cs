using Sa2VA.Models.Layers;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Training.Objectives;

/// <summary>Cross-entropy of what cells show. Most cells show the ground, which is soon learnt: it counts little.</summary>
internal static class CellClasses
{
    private const double GroundWeight = 0.05;

    /// <summary>Adds the losses of all kinds of labels.</summary>
    /// <param name="losses">Receives them.</param>
    /// <param name="name">What the log calls them.</param>
    /// <param name="heads">[kinds] classifiers; class 0 is the ground.</param>
    /// <param name="cells">[N, C]</param>
    /// <param name="labels">[kinds] of [N]; -1 is ignored.</param>
    /// <param name="weight">Factor in the sum.</param>
    public static void Add(LossSum losses, string name, IReadOnlyList<Linear> heads, Tensor cells, IReadOnlyList<Tensor> labels, double weight)
    {
        foreach (var (head, wanted) in heads.Zip(labels))
        {
            var logits = head.forward(cells);
            var weights = ones([logits.size(1)], device: logits.device);
            weights.narrow(0, 0, 1).fill_(GroundWeight);
            losses.Add(name, F.cross_entropy(logits, wanted, -1, weights), weight);
            using var quiet = no_grad();
            var shown = wanted.gt(0).to(float32);
            losses.Add($"{name}/right", (logits.detach().argmax(1).eq(wanted).to(float32) * shown).sum() / shown.sum().clamp(1), 0);
        }
    }
}
