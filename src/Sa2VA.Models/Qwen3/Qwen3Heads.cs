using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Qwen3;

/// <summary>The projections of a Qwen3 layer; all heads together may be wider than the model.</summary>
internal sealed class Qwen3Heads(WeightScope w, LanguageModelConfig c) : IHeadProjections
{
    private readonly Linear _q = new(w["q_proj"], c.HiddenSize, (long)c.Heads * c.HeadSize, bias: false);
    private readonly Linear _k = new(w["k_proj"], c.HiddenSize, (long)c.KeyValueHeads * c.HeadSize, bias: false);
    private readonly Linear _v = new(w["v_proj"], c.HiddenSize, (long)c.KeyValueHeads * c.HeadSize, bias: false);
    private readonly Linear _o = new(w["o_proj"], (long)c.Heads * c.HeadSize, c.HiddenSize, bias: false);
    private readonly RmsNorm _qNorm = new(w["q_norm"], c.HeadSize, c.RmsNormEps);
    private readonly RmsNorm _kNorm = new(w["k_norm"], c.HeadSize, c.RmsNormEps);

    public (Tensor Queries, Tensor Keys, Tensor Values) Split(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (
            _qNorm.forward(_q.forward(x).unflatten(-1, c.Heads, c.HeadSize)).MoveToOuterDisposeScope(),
            _kNorm.forward(_k.forward(x).unflatten(-1, c.KeyValueHeads, c.HeadSize)).MoveToOuterDisposeScope(),
            _v.forward(x).unflatten(-1, c.KeyValueHeads, c.HeadSize).MoveToOuterDisposeScope());
    }

    public Tensor Join(Tensor heads) => _o.forward(heads);
}
