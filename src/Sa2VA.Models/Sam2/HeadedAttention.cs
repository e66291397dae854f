using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sam2;

/// <summary>Multi-head attention with a narrower inside (sam2/modeling/sam/transformer.py, Attention).</summary>
/// <param name="w">Scope that holds <c>q_proj</c>, <c>k_proj</c>, <c>v_proj</c> and <c>out_proj</c>.</param>
/// <param name="width">Channels of all inputs and of the output.</param>
/// <param name="inside">Channels of the projections, all heads together.</param>
/// <param name="heads">Number of heads.</param>
public sealed class HeadedAttention(WeightScope w, long width, long inside, long heads)
{
    private readonly Linear q_proj = new(w["q_proj"], width, inside);
    private readonly Linear k_proj = new(w["k_proj"], width, inside);
    private readonly Linear v_proj = new(w["v_proj"], width, inside);
    private readonly Linear out_proj = new(w["out_proj"], inside, width);

    /// <summary>(B, N, C) over (B, M, C) → (B, N, C)</summary>
    public Tensor forward(Tensor q, Tensor k, Tensor v)
    {
        using var scope = NewDisposeScope();
        var y = F.scaled_dot_product_attention(Split(q_proj.forward(q)), Split(k_proj.forward(k)), Split(v_proj.forward(v)));
        return out_proj.forward(y.transpose(1, 2).flatten(2)).MoveToOuterDisposeScope();
    }

    /// <summary>What <see cref="forward"/> takes the softmax of: (B, N, C) over (B, M, C) → (B, heads, N, M).</summary>
    public Tensor Scores(Tensor q, Tensor k)
    {
        using var scope = NewDisposeScope();
        var keys = Split(k_proj.forward(k));
        return (Split(q_proj.forward(q)).matmul(keys.transpose(2, 3)) / Math.Sqrt(keys.size(3))).MoveToOuterDisposeScope();
    }

    // (B, N, inside) → (B, heads, N, d), a view
    private Tensor Split(Tensor x) => x.view(x.size(0), x.size(1), heads, inside / heads).transpose(1, 2);
}
