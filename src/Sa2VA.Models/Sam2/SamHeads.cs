using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// Prompt encoder, mask decoder and what turns their output into masks, scores and object pointers
/// (sam2/modeling/sam2_base.py, _forward_sam_heads and _use_mask_as_output).
/// B objects, C channels, h·w tokens, s the side of a predicted mask, S the side of the input.
/// </summary>
public sealed class SamHeads
{
    /// <summary>The logit of every pixel of an absent object's mask.</summary>
    public const double AbsentLogit = -1024;

    /// <summary>Where a tracker keeps its mask decoder.</summary>
    internal const string DecoderScope = "sam_mask_decoder";

    // A mask given as such counts as this confident.
    private const double MaskScale = 20;
    private const double MaskBias = -10;

    private readonly Sam2Config _config;
    private readonly Mlp? _pointerMlp;
    private readonly Linear? _pointerLinear;
    private readonly Tensor? no_obj_ptr;
    private readonly PatchConv? mask_downsample;

    /// <param name="w">Scope of the whole tracker.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="decoder">Scope of the mask decoder; null for the tracker's own.</param>
    public SamHeads(WeightScope w, Sam2Config config, WeightScope? decoder = null)
    {
        _config = config;
        sam_prompt_encoder = new PromptEncoder(w["sam_prompt_encoder"], config);
        sam_mask_decoder = new Sam2MaskDecoder(decoder ?? w[DecoderScope], config);
        if (!config.UseObjPtrsInEncoder)
            return;
        if (config.UseMlpForObjPtrProj)
            _pointerMlp = new Mlp(w["obj_ptr_proj"], config.HiddenDim, config.HiddenDim, config.HiddenDim, depth: 3);
        else
            _pointerLinear = new Linear(w["obj_ptr_proj"], config.HiddenDim, config.HiddenDim);
        mask_downsample = new PatchConv(w["mask_downsample"], 1, 1, kernel: 4);
        if (config.PredObjScores)
            no_obj_ptr = w.Get("no_obj_ptr", Init.TruncatedNormal(), 1, config.HiddenDim);
    }

    public PromptEncoder sam_prompt_encoder { get; }

    public Sam2MaskDecoder sam_mask_decoder { get; }

    /// <summary>Decodes B objects of one frame.</summary>
    /// <param name="embedding">[B, C, h, w] or [1, C, h, w]: features after memory, or with the no-memory embedding.</param>
    /// <param name="highRes">The frame's fine maps [1, ...] shared by the objects, or [B, ...]; null for a decoder without.</param>
    /// <param name="points">Clicks in pixels of the input, or null.</param>
    /// <param name="maskInput">[B, 1, a, a] a mask prompt of any size, or null.</param>
    /// <param name="languageEmbeds">[B, n, C] further prompt tokens, or null.</param>
    /// <param name="multimask">Whether several candidates compete.</param>
    /// <param name="decoder">Another mask decoder than the model's own.</param>
    /// <param name="blankAbsent">Overrides <see cref="Sam2Config.BlankAbsentMasks"/>.</param>
    public HeadOutput Forward(
        Tensor embedding,
        HighResFeatures? highRes,
        PointTensors? points,
        Tensor? maskInput,
        Tensor? languageEmbeds,
        bool multimask,
        Sam2MaskDecoder? decoder = null,
        bool? blankAbsent = null)
    {
        using var scope = NewDisposeScope();
        return Choose(Decode(embedding, highRes, points, maskInput, languageEmbeds, decoder), multimask, blankAbsent).MoveToOuterDisposeScope();
    }

    /// <summary>Picks the mask of what <see cref="Decode"/> found, with its pointer.</summary>
    /// <param name="candidates">As decoded.</param>
    /// <param name="multimask">Whether several candidates compete.</param>
    /// <param name="blankAbsent">Overrides <see cref="Sam2Config.BlankAbsentMasks"/>.</param>
    public HeadOutput Choose(MaskCandidates candidates, bool multimask, bool? blankAbsent = null)
    {
        using var scope = NewDisposeScope();
        var (masks, ious) = multimask ? candidates.Ambiguous() : candidates.Single(_config);
        var visible = candidates.ObjectScoreLogits.gt(0);    // (B, 1)
        if (_config.PredObjScores && (blankAbsent ?? _config.BlankAbsentMasks))
            masks = masks.masked_fill(visible.logical_not().unsqueeze(-1).unsqueeze(-1), AbsentLogit);
        masks = masks.to(float32).contiguous();

        var token = candidates.Tokens.select(1, 0);
        var chosen = masks;
        if (multimask)
        {
            var best = ious.argmax(-1);
            chosen = MaskCandidates.Pick(masks, best);
            if (_config.UseMultimaskTokenForObjPtr)
                token = MaskCandidates.Pick(candidates.Tokens.narrow(1, 1, candidates.Tokens.size(1) - 1), best).squeeze(1);
        }

        return new HeadOutput(
            masks,
            ious.contiguous(),
            chosen,
            Enlarge(chosen, _config.ImageSize),
            MixPointer(ProjectPointer(token.contiguous()), candidates.ObjectScoreLogits, visible),
            candidates.ObjectScoreLogits.alias()).MoveToOuterDisposeScope();
    }

    /// <summary>The mask decoder's raw output for a prompt, before anything is chosen.</summary>
    public MaskCandidates Decode(
        Tensor embedding, HighResFeatures? highRes, PointTensors? points, Tensor? maskInput, Tensor? languageEmbeds, Sam2MaskDecoder? decoder = null,
        Action<Tensor>? observe = null)
    {
        using var scope = NewDisposeScope();
        var batch = points?.Coordinates.size(0) ?? maskInput?.size(0) ?? languageEmbeds?.size(0) ?? embedding.size(0);
        var sparse = sam_prompt_encoder.Sparse(batch, points, language: languageEmbeds);
        var dense = maskInput is null ? sam_prompt_encoder.NoMask : EmbedMaskPrompt(maskInput);
        var image = embedding.flatten(2).transpose(1, 2) + dense;    // (B, N, C)
        if (image.size(0) != batch)
            image = image.expand(batch, -1, -1);
        var found = (decoder ?? sam_mask_decoder).forward(image.contiguous(), sam_prompt_encoder.DensePositions, sparse, highRes, observe);
        return new MaskCandidates(
            found.Masks.MoveToOuterDisposeScope(), found.Ious.MoveToOuterDisposeScope(),
            found.Tokens.MoveToOuterDisposeScope(), found.ObjectScoreLogits.MoveToOuterDisposeScope());
    }

    /// <summary>A mask as the output of its frame: logits ±10, IoU 1, and a pointer found by decoding it as a prompt.</summary>
    /// <param name="embedding">[1, C, h, w] the frame's features as encoded, without memory.</param>
    /// <param name="highRes">The frame's fine maps.</param>
    /// <param name="mask">[B, 1, S, S] of 0 and 1.</param>
    public HeadOutput UseMaskAsOutput(Tensor embedding, HighResFeatures? highRes, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var batch = mask.size(0);
        var given = mask.to(float32);
        var highResMasks = given * MaskScale + MaskBias;
        var lowRes = PerRow.Apply(highResMasks, x => F.interpolate(x, x.size(2) / 4, x.size(3) / 4, antialias: true));
        var visible = given.flatten(1).gt(0).any(1, keepdim: true);
        var score = visible.to(float32) * MaskScale + MaskBias;

        var pointer = zeros([batch, _config.HiddenDim], float32, mask.device);
        if (mask_downsample is not null)
        {
            var prompt = mask_downsample.forward(given.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
            pointer = Forward(embedding, highRes, points: null, prompt, languageEmbeds: null, multimask: false).ObjPtr;
        }

        if (_config.PredObjScores && no_obj_ptr is not null)
            pointer = Mix(pointer, visible.to(pointer.dtype));
        return new HeadOutput(lowRes, ones([batch, 1], float32, mask.device), lowRes, highResMasks, pointer, score).MoveToOuterDisposeScope();
    }

    /// <summary>Bilinear enlargement of mask logits to a square, without aligned corners.</summary>
    internal static Tensor Enlarge(Tensor masks, long side) => PerRow.Apply(masks, x => F.interpolate(x, side, side));

    /// <summary>A mask prompt of any size [B, 1, a, a] as dense tokens (B, h·w, C).</summary>
    public Tensor EmbedMaskPrompt(Tensor mask)
    {
        using var scope = NewDisposeScope();
        return sam_prompt_encoder.EmbedMasks(ToPromptSize(mask)).MoveToOuterDisposeScope();
    }

    private Tensor ToPromptSize(Tensor mask)
    {
        var side = sam_prompt_encoder.MaskInputSize;
        if (mask.size(2) == side && mask.size(3) == side)
            return mask;
        using var scope = NewDisposeScope();
        return PerRow.Apply(mask.to(float32), x => F.interpolate(x, side, side, antialias: true)).MoveToOuterDisposeScope();
    }

    private Tensor ProjectPointer(Tensor token) => _pointerMlp?.forward(token) ?? _pointerLinear?.forward(token) ?? token.clone();

    private Tensor MixPointer(Tensor pointer, Tensor scores, Tensor visible)
    {
        if (no_obj_ptr is null)
            return pointer;
        using var scope = NewDisposeScope();
        var share = _config.SoftNoObjPtr ? PerRow.Apply(scores, x => x.sigmoid()) : visible.to(pointer.dtype);
        return Mix(pointer, share).MoveToOuterDisposeScope();
    }

    // share · pointer + (1 - share) · no_obj_ptr
    private Tensor Mix(Tensor pointer, Tensor share)
    {
        using var scope = NewDisposeScope();
        var kept = _config.FixedNoObjPtr ? pointer * share : pointer;
        return (kept + (1 - share) * no_obj_ptr!).MoveToOuterDisposeScope();
    }
}
