using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.LanguageModels;

/// <summary>The gated MLP of a decoder layer: down(silu(gate(x)) · up(x)).</summary>
/// <param name="gate">H → I</param>
/// <param name="up">H → I</param>
/// <param name="down">I → H</param>
internal sealed class SwiGlu(WeightScope gate, WeightScope up, WeightScope down, LanguageModelConfig c) : IGatedMlp
{
    private readonly Linear _gate = new(gate, c.HiddenSize, c.IntermediateSize, bias: false);
    private readonly Linear _up = new(up, c.HiddenSize, c.IntermediateSize, bias: false);
    private readonly Linear _down = new(down, c.IntermediateSize, c.HiddenSize, bias: false);

    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _down.forward(_gate.forward(x, Activation.Silu) * _up.forward(x)).MoveToOuterDisposeScope();
    }
}
