using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Layers;

/// <summary>Divides the last dimension by its root mean square, in float32, then scales it.</summary>
public sealed class RmsNorm(WeightScope w, long width, double eps = 1e-6)
{
    public Tensor weight { get; } = w.Get("weight", Init.Ones, width);

    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var wide = x.to(float32);
        var normal = wide * (wide.square().mean(-1, keepdim: true) + eps).rsqrt();
        return (normal.to(x.dtype) * weight).MoveToOuterDisposeScope();
    }
}
