using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.UniPixel;

/// <summary>UniPixel's <c>seg_head</c>: the state that predicts <c>&lt;|seg|&gt;</c>, before the language model's final norm, to tokens of the tracker's prompt.</summary>
public sealed class SegmentationHead
{
    private readonly RmsNorm _norm;
    private readonly Linear _first;
    private readonly Linear _second;
    private readonly int _tokens;

    /// <param name="w">Scope <c>seg_head</c>.</param>
    /// <param name="hidden">Width of the language model.</param>
    /// <param name="tokens">Tokens of a prompt.</param>
    /// <param name="width">Of a token: the tracker's channels.</param>
    public SegmentationHead(WeightScope w, int hidden, int tokens, int width)
    {
        _tokens = tokens;
        _norm = new RmsNorm(w[0], hidden);
        _first = new Linear(w[1], hidden, hidden);
        _second = new Linear(w[3], hidden, (long)tokens * width);
    }

    /// <param name="states">[n, H] → [n, tokens, C]</param>
    public Tensor forward(Tensor states)
    {
        using var scope = NewDisposeScope();
        var both = _second.forward(_first.forward(_norm.forward(states), Activation.Gelu));
        return both.unflatten(-1, _tokens, both.size(-1) / _tokens).MoveToOuterDisposeScope();
    }
}
