using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Layers;

/// <summary>[..., inputs] → [..., outputs].</summary>
public sealed class Linear
{
    public Linear(WeightScope w, long inputs, long outputs, bool bias = true, Init? init = null)
    {
        weight = w.GetMatrix("weight", init ?? Init.FanIn, outputs, inputs);
        this.bias = bias ? w.Get("bias", Init.Zeros, outputs) : null;
    }

    public Tensor weight { get; }

    public Tensor? bias { get; }

    /// <param name="x">[..., inputs]</param>
    /// <param name="activation">Applied in the same pass.</param>
    public Tensor forward(Tensor x, Activation activation = Activation.None) => F.linear(x, weight, bias, activation);
}
