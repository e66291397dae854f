using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// Attention whose queries and keys are turned by their place in the map (sam2/modeling/sam/transformer.py, RoPEAttention).
/// B objects, N query tokens (a square map), M keys, H heads of d channels.
/// </summary>
public sealed class RopeAttention
{
    private readonly RopeAttentionConfig _config;
    private readonly Linear q_proj;
    private readonly Linear k_proj;
    private readonly Linear v_proj;
    private readonly Linear out_proj;

    public RopeAttention(WeightScope w, RopeAttentionConfig config)
    {
        _config = config;
        var (width, inside, memory) = (config.EmbeddingDim, config.InternalDim, config.KvInDim ?? config.EmbeddingDim);
        q_proj = new Linear(w["q_proj"], width, inside);
        k_proj = new Linear(w["k_proj"], memory, inside);
        v_proj = new Linear(w["v_proj"], memory, inside);
        out_proj = new Linear(w["out_proj"], inside, width);
        Rope = new AxialRope(w, HeadDim, config.RopeTheta);
    }

    public AxialRope Rope { get; }

    /// <summary>Channels of the projected queries and keys, all heads together.</summary>
    public long Inside => _config.InternalDim;

    private long Heads => _config.NumHeads;

    private long HeadDim => _config.InternalDim / _config.NumHeads;

    /// <summary>The literal form: (B, N, C) over (B, M, kv) → (B, N, C).</summary>
    /// <param name="q">Queries.</param>
    /// <param name="k">Keys: whole maps of N tokens, then <paramref name="unrotated"/> others.</param>
    /// <param name="v">Values.</param>
    /// <param name="unrotated">Keys at the end that have no place in a map: object pointers.</param>
    public Tensor forward(Tensor q, Tensor k, Tensor v, long unrotated = 0)
    {
        using var scope = NewDisposeScope();
        var table = TableOf(q.size(1));
        var keys = k_proj.forward(k);
        var turned = Rope.Rotate(keys.narrow(1, 0, keys.size(1) - unrotated), table);
        keys = unrotated == 0 ? turned : cat([turned, keys.narrow(1, keys.size(1) - unrotated, unrotated)], 1);
        var y = F.scaled_dot_product_attention(Split(Queries(q)), Split(keys), Split(v_proj.forward(v)));
        return out_proj.forward(Merge(y)).MoveToOuterDisposeScope();
    }

    /// <summary>The turns of a square map of N tokens.</summary>
    public Tensor TableOf(long tokens)
    {
        var side = (long)Math.Round(Math.Sqrt(tokens));
        return side * side == tokens
            ? Rope.Table(side, side)
            : throw new ArgumentException($"Memory attention works on square maps, but it was given {tokens} tokens.");
    }

    /// <summary>(B, N, C) → turned queries (B, N, H·d).</summary>
    public Tensor Queries(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Rope.RotateFresh(q_proj.forward(x), TableOf(x.size(1))).MoveToOuterDisposeScope();
    }

    /// <summary>(..., kv) → (..., H·d), not turned.</summary>
    /// <param name="x">Memory tokens.</param>
    /// <param name="bias">Whether to add the bias: once per key, however many terms its input has.</param>
    public Tensor Keys(Tensor x, bool bias = true) => F.linear(x, k_proj.weight, bias ? k_proj.bias : null);

    /// <summary>
    /// Attention with the values still as they are remembered: since a row of the softmax sums to 1,
    /// P·(m·Wᵀ + b) = (P·m)·Wᵀ + b, and the product with P is a quarter as wide.
    /// </summary>
    /// <param name="queries">Turned (B or 1, N, H·d).</param>
    /// <param name="keys">Turned (B, M, H·d).</param>
    /// <param name="memory">(B, M, kv)</param>
    /// <returns>(B, N, C)</returns>
    public Tensor OverMemory(Tensor queries, Tensor keys, Tensor memory)
    {
        using var scope = NewDisposeScope();
        var batch = keys.size(0);
        var q = Split(queries).expand(batch, Heads, queries.size(1), HeadDim);
        var v = memory.unsqueeze(1).expand(batch, Heads, memory.size(1), memory.size(2));
        var attended = F.scaled_dot_product_attention(q, Split(keys), v);                      // (B, H, N, kv)
        var values = new Tensor[Heads];
        for (var head = 0; head < values.Length; head++)
        {
            var weight = v_proj.weight.narrow(0, head * HeadDim, HeadDim);
            values[head] = F.linear(attended.select(1, head).contiguous(), weight, v_proj.bias!.narrow(0, head * HeadDim, HeadDim));
        }

        return out_proj.forward(values.Length == 1 ? values[0] : cat(values, -1)).MoveToOuterDisposeScope();
    }

    // (B, N, H·d) → (B, H, N, d), a view
    private Tensor Split(Tensor x) => x.view(x.size(0), x.size(1), Heads, HeadDim).transpose(1, 2);

    private static Tensor Merge(Tensor x) => x.transpose(1, 2).flatten(2);
}
