namespace Sa2VA.Tensors;

/// <summary>Attention through libtorch's own operators: any device, with gradients. The CPU kernel is tested against it.</summary>
public static class Attention
{
    /// <summary>The fused operator where libtorch has it (2.x, equal head widths), the plain products otherwise.</summary>
    internal static Tensor OverDispatcher(Tensor query, Tensor key, Tensor value, Tensor? mask, bool causal, double scale)
    {
        // "scale" became an argument in 2.1; a causal call with fewer queries than keys aligns differently there.
        var fused = Dispatcher.Has("aten::scaled_dot_product_attention") && query.device.Type == DeviceType.CUDA;
        if (!fused || (causal && query.size(-2) != key.size(-2)))
            return Plain(query, key, value, mask, causal, scale);

        using var scope = torch.NewDisposeScope();
        var (batch, heads) = (query.size(0), query.size(1));
        var k = Spread(key, batch, heads);
        var v = Spread(value, batch, heads);
        return Dispatcher.Call("aten::scaled_dot_product_attention", "", query, k, v, mask, 0.0, causal, scale).MoveToOuterDisposeScope();
    }

    /// <summary>softmax(q·kᵀ·scale + mask)·v with every score in memory: the slow, obvious version.</summary>
    public static Tensor Plain(Tensor query, Tensor key, Tensor value, Tensor? mask, bool causal, double scale)
    {
        using var scope = torch.NewDisposeScope();
        key = Spread(key, query.size(0), query.size(1));
        value = Spread(value, query.size(0), query.size(1));
        var scores = (query * scale).matmul(key.transpose(-2, -1));
        if (causal)
        {
            var (n, m) = (query.size(-2), key.size(-2));
            var hidden = torch.ones([n, m], torch.@bool, query.device).triu(m - n + 1);
            scores = scores.masked_fill(hidden, double.NegativeInfinity);
        }

        if (mask is not null)
            scores = scores + mask;
        return scores.softmax(-1).matmul(value).MoveToOuterDisposeScope();
    }

    /// <summary>Gives every query head its key head: neighbouring query heads share one, a single batch entry serves all.</summary>
    private static Tensor Spread(Tensor tensor, long batch, long heads)
    {
        var grouped = tensor.size(1) == heads || tensor.size(1) == 1 ? tensor : tensor.repeat_interleave(heads / tensor.size(1), 1);
        return grouped.expand(batch, heads, grouped.size(2), grouped.size(3));
    }
}
