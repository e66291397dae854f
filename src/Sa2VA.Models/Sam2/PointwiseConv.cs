using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// A 1×1 convolution over channels-last maps: a linear layer whose weight is stored as [outputs, inputs, 1, 1]. Unlike a
/// convolution it takes the linear kernel, whose result for one map does not depend on how many share the call.
/// </summary>
public sealed class PointwiseConv(WeightScope w, long inputs, long outputs)
{
    public Tensor weight { get; } = w.Get("weight", Init.FanIn, outputs, inputs, 1, 1);

    public Tensor bias { get; } = w.Get("bias", Init.Zeros, outputs);

    /// <summary>(..., inputs) → (..., outputs)</summary>
    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return F.linear(x, weight.flatten(1), bias).MoveToOuterDisposeScope();
    }
}
