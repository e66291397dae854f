using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.InternViT;

/// <summary>InternVL's <c>mlp1</c>: groups of patches to the language model's width.</summary>
public sealed class VisionProjector
{
    private readonly LayerNorm _norm;
    private readonly Linear _first;
    private readonly Linear _second;

    /// <param name="w">Scope <c>mlp1</c>; 2 is the activation and has no parameters.</param>
    /// <param name="inputs">Channels of a group.</param>
    /// <param name="outputs">Width of the language model.</param>
    public VisionProjector(WeightScope w, long inputs, long outputs)
    {
        _norm = new LayerNorm(w[0], inputs);
        _first = new Linear(w[1], inputs, outputs);
        _second = new Linear(w[3], outputs, outputs);
    }

    /// <param name="x">[..., inputs] → [..., outputs]</param>
    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _second.forward(_first.forward(_norm.forward(x), Activation.Gelu)).MoveToOuterDisposeScope();
    }
}
