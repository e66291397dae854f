using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.LanguageModels;

/// <summary>What Qwen3-VL's vision tower adds to the states of its tokens after the first decoder layers (deepstack).</summary>
/// <param name="Rows">[m] int64: places of the visual tokens.</param>
/// <param name="Layers">For each of the first layers what is added after it, [m, H].</param>
public sealed record DeepFeatures(Tensor Rows, IReadOnlyList<Tensor> Layers)
{
    /// <summary>The states [1, n, H] after a layer, with its features.</summary>
    internal Tensor AddTo(Tensor x, int layer)
    {
        using var scope = NewDisposeScope();
        var visual = x.index_select(1, Rows) + Layers[layer].to(x.dtype);
        return x.index_copy(1, Rows, visual).MoveToOuterDisposeScope();
    }
}
