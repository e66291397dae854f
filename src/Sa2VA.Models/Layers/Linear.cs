using Sa2VA.Models.Weights;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Layers;

/// <summary>[..., inputs] → [..., outputs].</summary>
public sealed class Linear
{
    private readonly LinearMatrix _matrix;

    public Linear(WeightScope w, long inputs, long outputs, bool bias = true, Init? init = null)
    {
        _matrix = w.GetLinear("weight", init ?? Init.FanIn, outputs, inputs);
        this.bias = bias ? w.Get("bias", Init.Zeros, outputs) : null;
    }

    /// <summary>[outputs, inputs]; bytes where it is quantised.</summary>
    public Tensor weight => _matrix.Values;

    public Tensor? bias { get; }

    /// <param name="x">[..., inputs]</param>
    /// <param name="activation">Applied in the same pass.</param>
    public Tensor forward(Tensor x, Activation activation = Activation.None) => _matrix.Apply(x, bias, activation);
}
