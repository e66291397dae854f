using Sa2VA.Models.Layers;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.LanguageModels;

/// <summary>A pre-norm decoder layer: grouped-query attention to all earlier tokens, then a gated MLP.</summary>
internal sealed class DecoderLayer(RmsNorm attentionNorm, IHeadProjections heads, RmsNorm mlpNorm, SwiGlu mlp)
{
    /// <param name="x">[1, n, H]</param>
    /// <param name="layer">Its number in the cache.</param>
    /// <param name="cache">What was read before; this layer's keys and values are written to it.</param>
    /// <param name="cos">[n, d]</param>
    /// <param name="sin">[n, d]</param>
    public Tensor forward(Tensor x, int layer, KeyValueCache cache, Tensor cos, Tensor sin)
    {
        using var scope = NewDisposeScope();
        x = x + Attend(attentionNorm.forward(x), layer, cache, cos, sin);
        x = x + mlp.forward(mlpNorm.forward(x));
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>The same over whole sequences at once, nothing kept: for training.</summary>
    /// <param name="x">[B, n, H]</param>
    /// <param name="mask">[B, 1, n, n], added to the scores.</param>
    /// <param name="cos">[B, 1, n, d]</param>
    /// <param name="sin">[B, 1, n, d]</param>
    /// <param name="observe">Sees the first head's masked scores, [B, n, n].</param>
    public Tensor forward(Tensor x, Tensor mask, Tensor cos, Tensor sin, Action<Tensor>? observe = null)
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = heads.Split(attentionNorm.forward(x));
        q = RotaryState.Rotate(q.transpose(1, 2), cos, sin);                                         // [B, heads, n, d]
        k = RotaryState.Rotate(k.transpose(1, 2), cos, sin);                                         // [B, kv, n, d]
        observe?.Invoke(q.select(1, 0).matmul(k.select(1, 0).transpose(1, 2)) / Math.Sqrt(q.size(3)) + mask.select(1, 0));
        var y = F.scaled_dot_product_attention(q, k, v.transpose(1, 2), mask);                       // [B, heads, n, d]
        x = x + heads.Join(y.transpose(1, 2).reshape(x.size(0), x.size(1), -1));
        x = x + mlp.forward(mlpNorm.forward(x));
        return x.MoveToOuterDisposeScope();
    }

    private Tensor Attend(Tensor x, int layer, KeyValueCache cache, Tensor cos, Tensor sin)
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = heads.Split(x);
        q = RotaryState.Rotate(q.transpose(1, 2), cos, sin);                                         // [1, heads, n, d]
        k = RotaryState.Rotate(k.transpose(1, 2), cos, sin);                                         // [1, kv, n, d]
        var (keys, values) = cache.Write(layer, k, v.transpose(1, 2));                               // [1, kv, m, d]
        var y = Grouped(q, keys, values);                                                            // [1, heads, n, d]
        return heads.Join(y.transpose(1, 2).reshape(1, x.size(1), -1)).MoveToOuterDisposeScope();
    }

    /// <summary>The CPU kernel lets neighbouring query heads share a key head; elsewhere the key heads are repeated.</summary>
    private static Tensor Grouped(Tensor q, Tensor keys, Tensor values)
    {
        using var scope = NewDisposeScope();
        var group = q.size(1) / keys.size(1);
        if (group > 1 && q.device.Type != DeviceType.CPU)
            (keys, values) = (keys.repeat_interleave(group, 1), values.repeat_interleave(group, 1));
        return F.scaled_dot_product_attention(q, keys, values, is_causal: true).MoveToOuterDisposeScope();
    }
}
