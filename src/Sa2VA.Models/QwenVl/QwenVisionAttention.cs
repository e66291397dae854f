using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.QwenVl;

/// <summary>Rotary self-attention inside each of several stretches of the sequence of patches.</summary>
internal sealed class QwenVisionAttention(WeightScope w, QwenVisionConfig c)
{
    private readonly Linear _qkv = new(w["qkv"], c.HiddenSize, 3L * c.HiddenSize);
    private readonly Linear _proj = new(w["proj"], c.HiddenSize, c.HiddenSize);

    /// <param name="x">[n, C]</param>
    /// <param name="stretches">Lengths that add up to n.</param>
    /// <param name="cos">[n, 1, d] float32</param>
    /// <param name="sin">[n, 1, d] float32</param>
    public Tensor forward(Tensor x, IReadOnlyList<int> stretches, Tensor cos, Tensor sin)
    {
        using var scope = NewDisposeScope();
        var heads = _qkv.forward(x).view(x.size(0), 3, c.Heads, c.HeadSize);                         // [n, 3, heads, d]
        var q = RotaryState.Rotate(heads.select(1, 0).to(float32), cos, sin).to(x.dtype);            // [n, heads, d]
        var k = RotaryState.Rotate(heads.select(1, 1).to(float32), cos, sin).to(x.dtype);
        var v = heads.select(1, 2);
        var outputs = new List<Tensor>();
        var start = 0L;
        for (var first = 0; first < stretches.Count;)
        {
            // Stretches of one length side by side are one batch.
            var length = stretches[first];
            var count = stretches.Skip(first).TakeWhile(other => other == length).Count();
            var y = F.scaled_dot_product_attention(Batch(q), Batch(k), Batch(v));                    // [count, heads, length, d]
            outputs.Add(y.transpose(1, 2).reshape((long)count * length, c.HiddenSize));
            start += (long)count * length;
            first += count;

            Tensor Batch(Tensor all) => all.narrow(0, start, (long)count * length).reshape(count, length, c.Heads, c.HeadSize).transpose(1, 2).contiguous();
        }

        return _proj.forward(outputs.Count == 1 ? outputs[0] : cat([.. outputs])).MoveToOuterDisposeScope();
    }
}
