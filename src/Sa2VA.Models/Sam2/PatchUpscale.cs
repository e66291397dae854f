using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// A transposed convolution whose stride is its kernel, over channels-last maps: each token goes through a linear layer and
/// becomes a square of tokens. The same reason as <see cref="PatchConv"/>.
/// </summary>
public sealed class PatchUpscale(WeightScope w, long inputs, long outputs, long kernel)
{
    public Tensor weight { get; } = w.Get("weight", Init.FanIn, inputs, outputs, kernel, kernel);

    public Tensor bias { get; } = w.Get("bias", Init.Zeros, outputs);

    /// <summary>(B, H, W, inputs) → (B, H·kernel, W·kernel, outputs)</summary>
    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (batch, rows, columns) = (x.size(0), x.size(1), x.size(2));
        var matrix = weight.permute(2, 3, 1, 0).reshape(kernel * kernel * outputs, inputs);     // row, column, channel
        var squares = F.linear(x, matrix, bias.repeat(kernel * kernel));
        return squares.view(batch, rows, columns, kernel, kernel, outputs).transpose(2, 3)
            .reshape(batch, rows * kernel, columns * kernel, outputs).MoveToOuterDisposeScope();
    }
}
