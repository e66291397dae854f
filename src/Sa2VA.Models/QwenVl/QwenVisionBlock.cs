using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.QwenVl;

/// <summary>A pre-norm block: RMS norms and a gated MLP in Qwen2.5-VL, layer norms and a plain one in Qwen3-VL.</summary>
internal sealed class QwenVisionBlock
{
    private readonly Func<Tensor, Tensor> _norm1;
    private readonly Func<Tensor, Tensor> _norm2;
    private readonly QwenVisionAttention _attention;
    private readonly Func<Tensor, Tensor> _mlp;

    public QwenVisionBlock(WeightScope w, QwenVisionConfig c)
    {
        _norm1 = Norm(w["norm1"], c.HiddenSize, c);
        _norm2 = Norm(w["norm2"], c.HiddenSize, c);
        _attention = new QwenVisionAttention(w["attn"], c);
        _mlp = c.IsQwen3 ? Plain(w["mlp"], c) : Gated(w["mlp"], c);
    }

    /// <summary>The tower's norm over a width.</summary>
    public static Func<Tensor, Tensor> Norm(WeightScope w, long width, QwenVisionConfig c) =>
        c.IsQwen3 ? new LayerNorm(w, width, 1e-6).forward : new RmsNorm(w, width, 1e-6).forward;

    /// <inheritdoc cref="QwenVisionAttention.forward"/>
    public Tensor forward(Tensor x, IReadOnlyList<int> stretches, Tensor cos, Tensor sin)
    {
        using var scope = NewDisposeScope();
        x = x + _attention.forward(_norm1(x), stretches, cos, sin);
        x = x + _mlp(_norm2(x));
        return x.MoveToOuterDisposeScope();
    }

    private static Func<Tensor, Tensor> Plain(WeightScope w, QwenVisionConfig c)
    {
        var first = new Linear(w["linear_fc1"], c.HiddenSize, c.IntermediateSize);
        var second = new Linear(w["linear_fc2"], c.IntermediateSize, c.HiddenSize);
        return x => second.forward(first.forward(x).gelu("tanh"));
    }

    private static Func<Tensor, Tensor> Gated(WeightScope w, QwenVisionConfig c)
    {
        var gate = new Linear(w["gate_proj"], c.HiddenSize, c.IntermediateSize);
        var up = new Linear(w["up_proj"], c.HiddenSize, c.IntermediateSize);
        var down = new Linear(w["down_proj"], c.IntermediateSize, c.HiddenSize);
        return x => down.forward(gate.forward(x, Activation.Silu) * up.forward(x));
    }
}
