using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Layers;

/// <summary>[B, inputs, H, W] → [B, outputs, H·stride, W·stride] when kernel and stride are equal.</summary>
public sealed class ConvTranspose2d(WeightScope w, long inputs, long outputs, long kernel, long stride)
{
    public Tensor weight { get; } = w.Get("weight", Init.FanIn, inputs, outputs, kernel, kernel);

    public Tensor bias { get; } = w.Get("bias", Init.Zeros, outputs);

    public Tensor forward(Tensor x) => F.conv_transpose2d(x, weight, bias, stride);
}
