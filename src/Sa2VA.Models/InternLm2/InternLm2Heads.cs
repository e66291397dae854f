using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.InternLm2;

/// <summary>
/// The projections of an InternLM2 layer. The rows of <c>wqkv</c> are grouped by key head: its g query heads, then its key, then
/// its value.
/// </summary>
internal sealed class InternLm2Heads(WeightScope w, LanguageModelConfig c) : IHeadProjections
{
    private readonly Linear _wqkv = new(w["wqkv"], c.HiddenSize, ((long)c.Heads + 2 * c.KeyValueHeads) * c.HeadSize, bias: false);
    private readonly Linear _wo = new(w["wo"], (long)c.Heads * c.HeadSize, c.HiddenSize, bias: false);

    public (Tensor Queries, Tensor Keys, Tensor Values) Split(Tensor x)
    {
        using var scope = NewDisposeScope();
        var group = c.Heads / c.KeyValueHeads;
        var slots = _wqkv.forward(x).unflatten(-1, c.KeyValueHeads, group + 2, c.HeadSize);          // [1, n, kv, g + 2, d]
        return (
            slots.narrow(3, 0, group).flatten(2, 3).MoveToOuterDisposeScope(),                       // [1, n, kv·g, d]
            slots.select(3, group).MoveToOuterDisposeScope(),                                        // [1, n, kv, d]
            slots.select(3, group + 1).MoveToOuterDisposeScope());
    }

    public Tensor Join(Tensor heads) => _wo.forward(heads);
}
