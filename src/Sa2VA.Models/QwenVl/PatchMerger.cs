using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.QwenVl;

/// <summary>Groups of patches to tokens of the language model.</summary>
internal sealed class PatchMerger
{
    private readonly Func<Tensor, Tensor> _norm;
    private readonly Linear _first;
    private readonly Linear _second;
    private readonly long _width;
    private readonly bool _groupsFirst;

    /// <param name="w">Scope of the merger.</param>
    /// <param name="c">Sizes.</param>
    /// <param name="groupsFirst">Whether the norm is over the whole group (deepstack) and not over each patch.</param>
    public PatchMerger(WeightScope w, QwenVisionConfig c, bool groupsFirst = false)
    {
        (_width, _groupsFirst) = ((long)c.HiddenSize * c.GroupSize, groupsFirst);
        _norm = QwenVisionBlock.Norm(w[c.IsQwen3 ? "norm" : "ln_q"], groupsFirst ? _width : c.HiddenSize, c);
        _first = new Linear(c.IsQwen3 ? w["linear_fc1"] : w["mlp"][0], _width, _width);
        _second = new Linear(c.IsQwen3 ? w["linear_fc2"] : w["mlp"][2], _width, c.OutputSize);
    }

    /// <param name="x">[n, C] → [n/4, H]</param>
    /// <param name="observe">Sees the groups that the first layer reads, [n/4, 4C]; borrowed.</param>
    public Tensor forward(Tensor x, Action<Tensor>? observe = null)
    {
        using var scope = NewDisposeScope();
        var groups = _groupsFirst ? _norm(x.reshape(-1, _width)) : _norm(x).reshape(-1, _width);     // [n/4, 4C]
        observe?.Invoke(groups);
        return _second.forward(_first.forward(groups, Activation.Gelu)).MoveToOuterDisposeScope();
    }
}
