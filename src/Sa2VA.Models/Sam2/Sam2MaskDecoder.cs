using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// Predicts masks from image tokens and prompt tokens (sam2/modeling/sam/mask_decoder.py).
/// B objects, C channels, K mask tokens (the single mask, then the candidates), s the side of a mask.
/// </summary>
public sealed class Sam2MaskDecoder
{
    private readonly Sam2Config _config;
    private readonly TwoWayTransformer transformer;
    private readonly Tensor? obj_score_token;
    private readonly Tensor iou_token;
    private readonly Tensor mask_tokens;
    private readonly PatchUpscale _upscale1;
    private readonly LayerNorm _upscaleNorm;
    private readonly PatchUpscale _upscale2;
    private readonly PointwiseConv? conv_s0;
    private readonly PointwiseConv? conv_s1;
    private readonly Mlp[] output_hypernetworks_mlps;
    private readonly Mlp iou_prediction_head;
    private readonly Mlp? _objectScoreMlp;
    private readonly Linear? _objectScoreLinear;

    public Sam2MaskDecoder(WeightScope w, Sam2Config config)
    {
        _config = config;
        var (width, heads) = (config.HiddenDim, config.Heads);
        var masks = heads.NumMultimaskOutputs + 1;
        transformer = new TwoWayTransformer(w["transformer"], width, heads);
        iou_token = w["iou_token"].Get("weight", Init.Normal(1), 1, width);
        mask_tokens = w["mask_tokens"].Get("weight", Init.Normal(1), masks, width);
        _upscale1 = new PatchUpscale(w["output_upscaling"][0], width, width / 4, kernel: 2);
        _upscaleNorm = new LayerNorm(w["output_upscaling"][1], width / 4, eps: 1e-6);
        _upscale2 = new PatchUpscale(w["output_upscaling"][3], width / 4, width / 8, kernel: 2);
        output_hypernetworks_mlps = [.. Enumerable.Range(0, masks).Select(i => new Mlp(w["output_hypernetworks_mlps"][i], width, width, width / 8, depth: 3))];
        iou_prediction_head = new Mlp(w["iou_prediction_head"], width, heads.IouHeadHiddenDim, masks, heads.IouHeadDepth);
        if (config.UseHighResFeaturesInSam)
        {
            conv_s0 = new PointwiseConv(w["conv_s0"], width, width / 8);
            conv_s1 = new PointwiseConv(w["conv_s1"], width, width / 4);
        }

        if (!config.PredObjScores)
            return;
        obj_score_token = w["obj_score_token"].Get("weight", Init.Normal(1), 1, width);
        if (config.PredObjScoresMlp)
            _objectScoreMlp = new Mlp(w["pred_obj_score_head"], width, width, 1, depth: 3);
        else
            _objectScoreLinear = new Linear(w["pred_obj_score_head"], width, 1);
    }

    /// <summary>The stride-4 and stride-8 levels as this decoder wants them; once per frame, shared by all objects.</summary>
    public HighResFeatures Project(Tensor fpn0, Tensor fpn1)
    {
        if (conv_s0 is null || conv_s1 is null)
            throw new InvalidOperationException("This mask decoder was built without high-resolution features (use_high_res_features_in_sam is off).");
        using var scope = NewDisposeScope();
        var s0 = conv_s0.forward(fpn0.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
        var s1 = conv_s1.forward(fpn1.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
        return new HighResFeatures(s0.MoveToOuterDisposeScope(), s1.MoveToOuterDisposeScope());
    }

    /// <summary>All K masks with what belongs to them, before any is chosen.</summary>
    /// <param name="image">Tokens (B, N, C), dense prompt included.</param>
    /// <param name="imagePositions">(1, N, C)</param>
    /// <param name="sparse">Prompt tokens (B, T, C).</param>
    /// <param name="highRes">[1 or B, ...]; null for a decoder without.</param>
    /// <param name="observe">Sees each layer's scores of image tokens over all tokens, the prompt's last.</param>
    public MaskCandidates forward(Tensor image, Tensor imagePositions, Tensor sparse, HighResFeatures? highRes, Action<Tensor>? observe = null)
    {
        using var scope = NewDisposeScope();
        var batch = sparse.size(0);
        var own = obj_score_token is null ? cat([iou_token, mask_tokens]) : cat([obj_score_token, iou_token, mask_tokens]);
        var tokens = cat([own.unsqueeze(0).expand(batch, -1, -1), sparse], 1);
        var (said, seen) = transformer.forward(image, imagePositions, tokens, observe);

        var score = obj_score_token is null ? 0 : 1;
        var maskTokens = said.narrow(1, score + 1, output_hypernetworks_mlps.Length).contiguous();  // (B, K, C)
        var ious = iou_prediction_head.forward(said.select(1, score).contiguous());                  // (B, K)
        if (_config.IouPredictionUseSigmoid)
            ious = PerRow.Apply(ious, x => x.sigmoid());

        return new MaskCandidates(
            Masks(maskTokens, Upscale(seen, highRes)).MoveToOuterDisposeScope(),
            ious.MoveToOuterDisposeScope(),
            maskTokens.MoveToOuterDisposeScope(),
            ObjectScores(said).MoveToOuterDisposeScope());
    }

    // (B, N, C) → (B, 4h, 4w, C/8)
    private Tensor Upscale(Tensor seen, HighResFeatures? highRes)
    {
        using var scope = NewDisposeScope();
        var side = (long)Math.Sqrt(seen.size(1));
        var x = _upscale1.forward(seen.view(seen.size(0), side, side, seen.size(2)));
        if (highRes is not null)
            x.add_(highRes.S1.permute(0, 2, 3, 1));
        x = PerRow.Apply(_upscaleNorm.forward(x), y => y.gelu());
        x = _upscale2.forward(x);
        if (highRes is not null)
            x.add_(highRes.S0.permute(0, 2, 3, 1));
        return PerRow.Apply(x, y => y.gelu()).MoveToOuterDisposeScope();
    }

    // Each token's vector times every place of the map: (B, K, C) and (B, s, s, c) → (B, K, s, s)
    private Tensor Masks(Tensor maskTokens, Tensor map)
    {
        using var scope = NewDisposeScope();
        var vectors = stack([.. output_hypernetworks_mlps.Select((mlp, k) => mlp.forward(maskTokens.select(1, k).contiguous()))], 1);
        // As many as there are objects, with one "weight" each: a batched product would round by batch size.
        var masks = new Tensor[map.size(0)];
        for (var i = 0; i < masks.Length; i++)
            masks[i] = nn.functional.linear(vectors[i], map[i].flatten(0, 1));    // (K, c) · (s·s, c)ᵀ
        return stack(masks).view(map.size(0), vectors.size(1), map.size(1), map.size(2)).MoveToOuterDisposeScope();
    }

    private Tensor ObjectScores(Tensor said)
    {
        if (obj_score_token is null)
            return full([said.size(0), 1], 10, float32, said.device);    // always there: sigmoid(10) is 1
        using var scope = NewDisposeScope();
        var token = said.select(1, 0).contiguous();
        return (_objectScoreMlp?.forward(token) ?? _objectScoreLinear!.forward(token)).MoveToOuterDisposeScope();
    }
}
