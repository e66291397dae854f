using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Layers;

/// <summary>SAM's MLP (<c>layers.0</c>, <c>layers.1</c>, …): linear layers with an activation between them.</summary>
public sealed class Mlp
{
    private readonly Linear[] _layers;
    private readonly Activation _activation;
    private readonly bool _sigmoid;

    /// <param name="w">Scope that holds <c>layers</c>.</param>
    /// <param name="inputs">Width of the input.</param>
    /// <param name="hidden">Width between the layers.</param>
    /// <param name="outputs">Width of the output.</param>
    /// <param name="depth">Number of layers.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="sigmoid">Whether the output goes through a sigmoid.</param>
    public Mlp(WeightScope w, long inputs, long hidden, long outputs, int depth, Activation activation = Activation.Relu, bool sigmoid = false)
    {
        (_activation, _sigmoid) = (activation, sigmoid);
        _layers = new Linear[depth];
        for (var i = 0; i < depth; i++)
            _layers[i] = new Linear(w["layers"][i], i == 0 ? inputs : hidden, i == depth - 1 ? outputs : hidden);
    }

    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; i < _layers.Length; i++)
            x = _layers[i].forward(x, i < _layers.Length - 1 ? _activation : Activation.None);
        return (_sigmoid ? x.sigmoid() : x).MoveToOuterDisposeScope();
    }
}
