using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Phi3;

/// <summary>The gated MLP with gate and up in one matrix, the gate's rows first.</summary>
internal sealed class FusedSwiGlu(WeightScope w, LanguageModelConfig c) : IGatedMlp
{
    private readonly Linear _gateUp = new(w["gate_up_proj"], c.HiddenSize, 2L * c.IntermediateSize, bias: false);
    private readonly Linear _down = new(w["down_proj"], c.IntermediateSize, c.HiddenSize, bias: false);

    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var both = _gateUp.forward(x);                                                               // [..., 2I]
        var gate = both.narrow(-1, 0, c.IntermediateSize).silu();
        return _down.forward(gate * both.narrow(-1, c.IntermediateSize, c.IntermediateSize)).MoveToOuterDisposeScope();
    }
}
