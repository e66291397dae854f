using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Layers;

/// <summary>[B, inputs, H, W] → [B, outputs, H', W'] with a square kernel.</summary>
public sealed class Conv2d
{
    private readonly long _stride;
    private readonly long _padding;
    private readonly long _groups;

    public Conv2d(WeightScope w, long inputs, long outputs, long kernel, long stride = 1, long padding = 0, long groups = 1, bool bias = true)
    {
        (_stride, _padding, _groups) = (stride, padding, groups);
        weight = w.Get("weight", Init.FanIn, outputs, inputs / groups, kernel, kernel);
        this.bias = bias ? w.Get("bias", Init.Zeros, outputs) : null;
    }

    public Tensor weight { get; }

    public Tensor? bias { get; }

    public Tensor forward(Tensor x) => F.conv2d(x, weight, bias, _stride, _padding, groups: _groups);
}
