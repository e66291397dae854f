using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Layers;

/// <summary>Layer norm over the channels of each pixel of [B, C, H, W] (SAM's LayerNorm2d).</summary>
public sealed class LayerNorm2d(WeightScope w, long channels, double eps = 1e-6)
{
    public Tensor weight { get; } = w.Get("weight", Init.Ones, channels);

    public Tensor bias { get; } = w.Get("bias", Init.Zeros, channels);

    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = nn.functional.layer_norm(x.permute(0, 2, 3, 1).contiguous(), weight, bias, eps);
        return y.permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
    }
}
