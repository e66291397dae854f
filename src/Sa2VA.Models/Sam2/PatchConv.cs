using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// A convolution whose stride is its kernel, over channels-last maps: each patch goes through a linear layer, so that the result
/// for one map does not depend on how many share the call.
/// </summary>
public sealed class PatchConv(WeightScope w, long inputs, long outputs, long kernel)
{
    public Tensor weight { get; } = w.Get("weight", Init.FanIn, outputs, inputs, kernel, kernel);

    public Tensor bias { get; } = w.Get("bias", Init.Zeros, outputs);

    /// <summary>(B, H, W, inputs) → (B, H/kernel, W/kernel, outputs)</summary>
    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (batch, rows, columns) = (x.size(0), x.size(1) / kernel, x.size(2) / kernel);
        var patches = x.reshape(batch, rows, kernel, columns, kernel, inputs).permute(0, 1, 3, 5, 2, 4)    // weight's order: channel, row, column
            .reshape(batch, rows, columns, inputs * kernel * kernel);
        return F.linear(patches, weight.flatten(1), bias).MoveToOuterDisposeScope();
    }
}
