using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Qwen2;

/// <summary>The projections of a Qwen2 layer.</summary>
internal sealed class Qwen2Heads(WeightScope w, LanguageModelConfig c) : IHeadProjections
{
    private readonly Linear _q = new(w["q_proj"], c.HiddenSize, (long)c.Heads * c.HeadSize);
    private readonly Linear _k = new(w["k_proj"], c.HiddenSize, (long)c.KeyValueHeads * c.HeadSize);
    private readonly Linear _v = new(w["v_proj"], c.HiddenSize, (long)c.KeyValueHeads * c.HeadSize);
    private readonly Linear _o = new(w["o_proj"], (long)c.Heads * c.HeadSize, c.HiddenSize, bias: false);

    public (Tensor Queries, Tensor Keys, Tensor Values) Split(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (
            _q.forward(x).unflatten(-1, c.Heads, c.HeadSize).MoveToOuterDisposeScope(),
            _k.forward(x).unflatten(-1, c.KeyValueHeads, c.HeadSize).MoveToOuterDisposeScope(),
            _v.forward(x).unflatten(-1, c.KeyValueHeads, c.HeadSize).MoveToOuterDisposeScope());
    }

    public Tensor Join(Tensor heads) => _o.forward(heads);
}
