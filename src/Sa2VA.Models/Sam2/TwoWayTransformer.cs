using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// Prompt tokens and image tokens attend to each other (sam2/modeling/sam/transformer.py).
/// B objects, T tokens, N = h·w image tokens, C channels.
/// </summary>
public sealed class TwoWayTransformer
{
    private readonly TwoWayBlock[] layers;
    private readonly HeadedAttention final_attn_token_to_image;
    private readonly LayerNorm norm_final_attn;

    public TwoWayTransformer(WeightScope w, int width, SamHeadsConfig config)
    {
        layers = [.. Enumerable.Range(0, config.Depth).Select(i => new TwoWayBlock(w["layers"][i], width, config, isFirst: i == 0))];
        final_attn_token_to_image = new HeadedAttention(w["final_attn_token_to_image"], width, width / config.AttentionDownsampleRate, config.NumHeads);
        norm_final_attn = new LayerNorm(w["norm_final_attn"], width);
    }

    /// <param name="image">(B, N, C)</param>
    /// <param name="imagePositions">(1, N, C)</param>
    /// <param name="tokens">(B, T, C)</param>
    /// <param name="observe">Sees each layer's scores of image tokens over prompt tokens, (B, heads, N, T): for teaching them.</param>
    /// <returns>Tokens (B, T, C) and image (B, N, C).</returns>
    public (Tensor Tokens, Tensor Image) forward(Tensor image, Tensor imagePositions, Tensor tokens, Action<Tensor>? observe = null)
    {
        using var scope = NewDisposeScope();
        var (queries, keys) = (tokens, image);
        foreach (var layer in layers)
            (queries, keys) = layer.forward(queries, keys, tokens, imagePositions, observe);

        queries = queries + final_attn_token_to_image.forward(queries + tokens, keys + imagePositions, keys);
        return (norm_final_attn.forward(queries).MoveToOuterDisposeScope(), keys.MoveToOuterDisposeScope());
    }
}

/// <summary>One block: self attention of the tokens, tokens to image, MLP, image to tokens.</summary>
public sealed class TwoWayBlock
{
    private readonly bool _isFirst;
    private readonly HeadedAttention self_attn;
    private readonly HeadedAttention cross_attn_token_to_image;
    private readonly HeadedAttention cross_attn_image_to_token;
    private readonly Mlp mlp;
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;
    private readonly LayerNorm norm3;
    private readonly LayerNorm norm4;

    /// <param name="w">Scope of the block.</param>
    /// <param name="width">C.</param>
    /// <param name="config">Sizes.</param>
    /// <param name="isFirst">The first block's tokens carry no position yet: its self attention replaces them.</param>
    public TwoWayBlock(WeightScope w, int width, SamHeadsConfig config, bool isFirst)
    {
        _isFirst = isFirst;
        var inside = width / config.AttentionDownsampleRate;
        self_attn = new HeadedAttention(w["self_attn"], width, width, config.NumHeads);
        cross_attn_token_to_image = new HeadedAttention(w["cross_attn_token_to_image"], width, inside, config.NumHeads);
        cross_attn_image_to_token = new HeadedAttention(w["cross_attn_image_to_token"], width, inside, config.NumHeads);
        mlp = new Mlp(w["mlp"], width, config.MlpDim, width, depth: 2);
        norm1 = new LayerNorm(w["norm1"], width);
        norm2 = new LayerNorm(w["norm2"], width);
        norm3 = new LayerNorm(w["norm3"], width);
        norm4 = new LayerNorm(w["norm4"], width);
    }

    /// <param name="tokens">(B, T, C)</param>
    /// <param name="image">(B, N, C)</param>
    /// <param name="tokenPositions">The original tokens (B, T, C).</param>
    /// <param name="imagePositions">(1, N, C)</param>
    /// <param name="observe">Sees the scores of image tokens over prompt tokens.</param>
    public (Tensor Tokens, Tensor Image) forward(Tensor tokens, Tensor image, Tensor tokenPositions, Tensor imagePositions, Action<Tensor>? observe = null)
    {
        using var scope = NewDisposeScope();
        if (_isFirst)
        {
            tokens = self_attn.forward(tokens, tokens, tokens);
        }
        else
        {
            var q = tokens + tokenPositions;
            tokens = tokens + self_attn.forward(q, q, tokens);
        }

        tokens = norm1.forward(tokens);
        var placed = image + imagePositions;
        tokens = norm2.forward(tokens + cross_attn_token_to_image.forward(tokens + tokenPositions, placed, image));
        tokens = norm3.forward(tokens + mlp.forward(tokens));
        observe?.Invoke(cross_attn_image_to_token.Scores(placed, tokens + tokenPositions));
        image = norm4.forward(image + cross_attn_image_to_token.forward(placed, tokens + tokenPositions, tokens));
        return (tokens.MoveToOuterDisposeScope(), image.MoveToOuterDisposeScope());
    }
}
