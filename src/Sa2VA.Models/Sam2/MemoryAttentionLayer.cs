using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// One layer of memory attention: self attention, attention to the memory, MLP, each with a residual around a norm.
/// B objects, N tokens of the frame, M of the memory, C and D channels.
/// </summary>
public sealed class MemoryAttentionLayer
{
    private readonly MemoryAttentionConfig _config;
    private readonly RopeAttention self_attn;
    private readonly Linear linear1;
    private readonly Linear linear2;
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;
    private readonly LayerNorm norm3;

    public MemoryAttentionLayer(WeightScope w, MemoryAttentionConfig config)
    {
        _config = config;
        self_attn = new RopeAttention(w["self_attn"], config.SelfAttention);
        cross_attn_image = new RopeAttention(w["cross_attn_image"], config.CrossAttention);
        linear1 = new Linear(w["linear1"], config.DModel, config.DimFeedforward);
        linear2 = new Linear(w["linear2"], config.DimFeedforward, config.DModel);
        norm1 = new LayerNorm(w["norm1"], config.DModel);
        norm2 = new LayerNorm(w["norm2"], config.DModel);
        norm3 = new LayerNorm(w["norm3"], config.DModel);
    }

    public RopeAttention cross_attn_image { get; }

    /// <summary>The literal form.</summary>
    /// <param name="frame">(B, N, C)</param>
    /// <param name="framePositions">(B or 1, N, C)</param>
    /// <param name="memory">(B, M, D)</param>
    /// <param name="memoryPositions">(B, M, D)</param>
    /// <param name="pointerTokens">Memory tokens at the end without a place in a map.</param>
    public Tensor forward(Tensor frame, Tensor framePositions, Tensor memory, Tensor memoryPositions, long pointerTokens)
    {
        using var scope = NewDisposeScope();
        var x = SelfAttend(frame, framePositions);
        var keys = _config.PosEncAtCrossAttnKeys ? memory + memoryPositions : memory;
        x = x + cross_attn_image.forward(CrossInput(x, framePositions), keys, memory, pointerTokens);
        return FeedForward(x).MoveToOuterDisposeScope();
    }

    /// <summary>(B, N, C) → (B, N, C): the part that looks at the frame alone.</summary>
    public Tensor SelfAttend(Tensor frame, Tensor framePositions)
    {
        using var scope = NewDisposeScope();
        var y = norm1.forward(frame);
        var placed = _config.PosEncAtAttn ? y + framePositions : y;
        return (frame + self_attn.forward(placed, placed, y)).MoveToOuterDisposeScope();
    }

    /// <summary>What attention to the memory takes its queries from.</summary>
    public Tensor CrossInput(Tensor frame, Tensor framePositions)
    {
        using var scope = NewDisposeScope();
        var y = norm2.forward(frame);
        return (_config.PosEncAtCrossAttnQueries ? y + framePositions : y).MoveToOuterDisposeScope();
    }

    /// <summary>(B, N, C) → (B, N, C)</summary>
    public Tensor FeedForward(Tensor frame)
    {
        using var scope = NewDisposeScope();
        return (frame + linear2.forward(linear1.forward(norm3.forward(frame), Activation.Relu))).MoveToOuterDisposeScope();
    }
}
