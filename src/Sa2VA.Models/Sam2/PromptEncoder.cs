using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// Turns points, boxes and masks into tokens and a dense map (sam2/modeling/sam/prompt_encoder.py).
/// B objects, P points, C channels, h·w tokens of the stride-16 map.
/// </summary>
public sealed class PromptEncoder
{
    private const int Corner = 2;

    private readonly Tensor[] point_embeddings;
    private readonly Tensor not_a_point_embed;
    private readonly Tensor no_mask_embed;
    private readonly MaskDownscaling mask_downscaling;
    private readonly int _imageSize;
    private readonly int _grid;

    public PromptEncoder(WeightScope w, Sam2Config config)
    {
        (_imageSize, _grid) = (config.ImageSize, config.EmbeddingSize);
        pe_layer = new FourierPosition(w["pe_layer"], config.HiddenDim / 2);
        point_embeddings = [.. Enumerable.Range(0, 4).Select(i => w["point_embeddings"][i].Get("weight", Init.Normal(1), 1, config.HiddenDim))];
        not_a_point_embed = w["not_a_point_embed"].Get("weight", Init.Normal(1), 1, config.HiddenDim);
        no_mask_embed = w["no_mask_embed"].Get("weight", Init.Normal(1), 1, config.HiddenDim);
        mask_downscaling = new MaskDownscaling(w["mask_downscaling"], config.Heads.MaskInChans, config.HiddenDim);
    }

    public FourierPosition pe_layer { get; }

    /// <summary>Side of a mask prompt as it is wanted: four cells per token.</summary>
    public int MaskInputSize => 4 * _grid;

    /// <summary>The position code of the image tokens: [1, h·w, C], a constant.</summary>
    public Tensor DensePositions => pe_layer.Tokens(_grid, _grid);

    /// <summary>[B, P, 2] and [B, P] → [B, P (+1), C].</summary>
    /// <param name="points">Coordinates and labels.</param>
    /// <param name="pad">Whether a padding point follows: always, unless boxes do.</param>
    public Tensor EmbedPoints(PointTensors points, bool pad)
    {
        using var scope = NewDisposeScope();
        var coordinates = points.Coordinates.to(float32) + 0.5;    // the centre of the pixel
        var labels = points.Labels;
        if (pad)
        {
            var batch = coordinates.size(0);
            coordinates = cat([coordinates, zeros([batch, 1, 2], float32, coordinates.device)], 1);
            labels = cat([labels, full([batch, 1], -1, labels.dtype, labels.device)], 1);
        }

        var code = pe_layer.Points(coordinates, _imageSize, _imageSize);
        labels = labels.unsqueeze(-1);
        code = where(labels.eq(-1), not_a_point_embed.to(float32), code);
        for (var kind = 0; kind < point_embeddings.Length; kind++)
            code = where(labels.eq(kind), code + point_embeddings[kind].to(float32), code);
        return code.to(not_a_point_embed.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Boxes [B, 4] (x0, y0, x1, y1) → [B, 2, C].</summary>
    public Tensor EmbedBoxes(Tensor boxes)
    {
        using var scope = NewDisposeScope();
        var code = pe_layer.Points((boxes.to(float32) + 0.5).reshape(-1, 2, 2), _imageSize, _imageSize);
        var corners = cat([point_embeddings[Corner], point_embeddings[Corner + 1]]).to(float32);
        return (code + corners).to(not_a_point_embed.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Mask prompts [B, 1, 4h, 4w] → tokens [B, h·w, C].</summary>
    public Tensor EmbedMasks(Tensor masks) => mask_downscaling.forward(masks);

    /// <summary>What stands for "no mask prompt": [1, 1, C], the same for every token.</summary>
    public Tensor NoMask => no_mask_embed.unsqueeze(0);

    /// <summary>
    /// The tokens of a prompt: points (with their padding point), then boxes, then language embeddings.
    /// Without points the caller's dummy point and the padding point make two.
    /// </summary>
    /// <param name="batch">B, for prompts without anything in them.</param>
    /// <param name="points">Clicks, or null.</param>
    /// <param name="boxes">[B, 4], or null.</param>
    /// <param name="language">[B, n, C], or null.</param>
    /// <returns>[B, tokens, C]</returns>
    public Tensor Sparse(long batch, PointTensors? points, Tensor? boxes = null, Tensor? language = null)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        if (points is null && boxes is null)
            parts.Add(not_a_point_embed.unsqueeze(0).expand(batch, 2, -1));
        if (points is not null)
            parts.Add(EmbedPoints(points, pad: boxes is null));
        if (boxes is not null)
            parts.Add(EmbedBoxes(boxes));
        if (language is not null)
            parts.Add(language.to(not_a_point_embed.dtype));
        return cat([.. parts], 1).MoveToOuterDisposeScope();
    }
}
