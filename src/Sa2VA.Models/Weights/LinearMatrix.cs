using Sa2VA.Tensors;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Weights;

/// <summary>The matrix of a linear layer: of floating point, or a byte per weight and a scale per output.</summary>
/// <param name="Values">[outputs, inputs]</param>
/// <param name="Scales">[outputs] float32 of a quantised matrix, whose weights are value · scale of the row; null otherwise.</param>
public sealed record LinearMatrix(Tensor Values, Tensor? Scales = null)
{
    /// <summary>x · matrixᵀ + bias, activated.</summary>
    /// <param name="x">[..., inputs] → [..., outputs]</param>
    /// <param name="bias">[outputs]</param>
    /// <param name="activation">Applied in the same pass.</param>
    public Tensor Apply(Tensor x, Tensor? bias = null, Activation activation = Activation.None) => Scales is null
        ? F.linear(x, Values, bias, activation)
        : F.linear_int8(x, Values, Scales, bias, activation);
}
