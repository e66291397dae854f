using Sa2VA.Models.Layers;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.LanguageModels;

/// <summary>A pre-norm decoder layer: grouped-query attention to all earlier tokens, then a gated MLP.</summary>
internal sealed class DecoderLayer(RmsNorm attentionNorm, IHeadProjections heads, RmsNorm mlpNorm, IGatedMlp mlp)
{
    /// <param name="x">[1, n, H], the tokens of one sequence after those of another.</param>
    /// <param name="layer">Its number in the caches.</param>
    /// <param name="sequences">What each read before; this layer's keys and values are written to it.</param>
    /// <param name="cos">[n, d]</param>
    /// <param name="sin">[n, d]</param>
    public Tensor forward(Tensor x, int layer, IReadOnlyList<Continuation> sequences, Tensor cos, Tensor sin)
    {
        using var scope = NewDisposeScope();
        x = x + Attend(attentionNorm.forward(x), layer, sequences, cos, sin);
        x = x + mlp.forward(mlpNorm.forward(x));
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>The same over whole sequences at once, nothing kept: for training.</summary>
    /// <param name="x">[n, H]</param>
    /// <param name="spans">Who sees whom.</param>
    /// <param name="cos">[n, 1, d]</param>
    /// <param name="sin">[n, 1, d]</param>
    /// <param name="observe">Sees by number of the span the first head's masked scores, [T, q, k].</param>
    public Tensor forward(Tensor x, AttentionSpans spans, Tensor cos, Tensor sin, Action<int, Tensor>? observe = null)
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = heads.Split(attentionNorm.forward(x));                                       // [n, heads or kv, d]
        q = RotaryState.Rotate(q, cos, sin);
        k = RotaryState.Rotate(k, cos, sin);
        var outputs = new List<Tensor>();
        for (var number = 0; number < spans.Spans.Count; number++)
        {
            var span = spans.Spans[number];
            var (queries, keys, values) = (Pieces(q, span.Queries), Pieces(k, span.Keys), Pieces(v, span.Keys));
            observe?.Invoke(number, queries.select(1, 0).matmul(keys.select(1, 0).transpose(1, 2)) / Math.Sqrt(q.size(2)) + span.Mask.select(1, 0));
            var y = F.scaled_dot_product_attention(queries, keys, values, span.Mask);                // [T, heads, q, d]
            outputs.Add(y.transpose(1, 2).reshape(span.Queries.size(0), -1));

            Tensor Pieces(Tensor of, Tensor rows) => of.index_select(0, rows).view(span.Pieces, -1, of.size(1), of.size(2)).transpose(1, 2);
        }

        x = x + heads.Join(cat([.. outputs]).index_select(0, spans.Places));
        x = x + mlp.forward(mlpNorm.forward(x));
        return x.MoveToOuterDisposeScope();
    }

    private Tensor Attend(Tensor x, int layer, IReadOnlyList<Continuation> sequences, Tensor cos, Tensor sin)
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = heads.Split(x);
        q = RotaryState.Rotate(q.transpose(1, 2), cos, sin);                                         // [1, heads, n, d]
        k = RotaryState.Rotate(k.transpose(1, 2), cos, sin);                                         // [1, kv, n, d]
        v = v.transpose(1, 2);
        var attended = new List<Tensor>(sequences.Count);
        var start = 0L;
        foreach (var (cache, count) in sequences)
        {
            var (keys, values) = cache.Write(layer, k.narrow(2, start, count), v.narrow(2, start, count));     // [1, kv, m, d]
            attended.Add(Grouped(q.narrow(2, start, count), keys, values));                          // [1, heads, count, d]
            start += count;
        }

        var y = attended.Count == 1 ? attended[0] : cat([.. attended], 2);                           // [1, heads, n, d]
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
