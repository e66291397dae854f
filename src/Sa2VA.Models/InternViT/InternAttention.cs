using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.InternViT;

/// <summary>Self-attention over all tokens of an image; with q/k norm, the norm runs over all heads together.</summary>
public sealed class InternAttention
{
    private readonly int _heads;

    public InternAttention(WeightScope w, InternVisionConfig c)
    {
        _heads = c.Heads;
        qkv = new Linear(w["qkv"], c.HiddenSize, 3L * c.HiddenSize, c.QkvBias);
        proj = new Linear(w["proj"], c.HiddenSize, c.HiddenSize);
        if (!c.QkNormalization)
            return;
        q_norm = new RmsNorm(w["q_norm"], c.HiddenSize, c.LayerNormEps);
        k_norm = new RmsNorm(w["k_norm"], c.HiddenSize, c.LayerNormEps);
    }

    public Linear qkv { get; }

    public Linear proj { get; }

    public RmsNorm? q_norm { get; }

    public RmsNorm? k_norm { get; }

    /// <param name="x">[B, N, C]</param>
    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (batch, tokens, width) = (x.size(0), x.size(1), x.size(2));
        var parts = qkv.forward(x).view(batch, tokens, 3, width);
        var (q, k, v) = (parts.select(2, 0), parts.select(2, 1), parts.select(2, 2));                // [B, N, C]
        if (q_norm is not null)
            q = q_norm.forward(q);
        if (k_norm is not null)
            k = k_norm.forward(k);
        var y = F.scaled_dot_product_attention(Heads(q), Heads(k), Heads(v));                        // [B, heads, N, d]
        return proj.forward(y.transpose(1, 2).reshape(batch, tokens, width)).MoveToOuterDisposeScope();

        Tensor Heads(Tensor t) => t.unflatten(-1, _heads, width / _heads).transpose(1, 2);
    }
}
