using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Phi3;

/// <summary>The projections of a Phi-3 layer. The rows of <c>qkv_proj</c> are all queries, then all keys, then all values.</summary>
internal sealed class Phi3Heads(WeightScope w, LanguageModelConfig c) : IHeadProjections
{
    private readonly Linear _qkv = new(w["qkv_proj"], c.HiddenSize, ((long)c.Heads + 2 * c.KeyValueHeads) * c.HeadSize, bias: false);
    private readonly Linear _o = new(w["o_proj"], (long)c.Heads * c.HeadSize, c.HiddenSize, bias: false);

    public (Tensor Queries, Tensor Keys, Tensor Values) Split(Tensor x)
    {
        using var scope = NewDisposeScope();
        var heads = _qkv.forward(x).unflatten(-1, c.Heads + 2 * c.KeyValueHeads, c.HeadSize);        // [1, n, heads + 2·kv, d]
        return (
            heads.narrow(-2, 0, c.Heads).MoveToOuterDisposeScope(),
            heads.narrow(-2, c.Heads, c.KeyValueHeads).MoveToOuterDisposeScope(),
            heads.narrow(-2, c.Heads + c.KeyValueHeads, c.KeyValueHeads).MoveToOuterDisposeScope());
    }

    public Tensor Join(Tensor heads) => _o.forward(heads);
}
