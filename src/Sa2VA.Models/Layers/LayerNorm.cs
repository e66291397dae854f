using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Layers;

/// <summary>Normalises the last dimension to mean 0 and variance 1, then scales and shifts it.</summary>
public sealed class LayerNorm(WeightScope w, long width, double eps = 1e-5)
{
    public Tensor weight { get; } = w.Get("weight", Init.Ones, width);

    public Tensor bias { get; } = w.Get("bias", Init.Zeros, width);

    public Tensor forward(Tensor x) => F.layer_norm(x, weight, bias, eps);
}
