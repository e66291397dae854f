using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// All networks of SAM 2 and 2.1 (sam2/modeling/sam2_base.py) without any per-video state: a tracker calls them frame by frame, and
/// several trackers may share one model. The store behind the scope owns the weights.
/// B objects, C channels, h·w tokens of the stride-16 map, s and S the sides of a predicted mask and of the input.
/// </summary>
public sealed class Sam2Model
{
    private readonly Tensor no_mem_embed;

    /// <param name="w">Scope of the tracker, empty or e.g. <c>grounding_encoder.sam2_model</c>.</param>
    /// <param name="config">What 2.1 added follows the checkpoint, whatever the configuration says.</param>
    /// <param name="decoder">Scope of the mask decoder where it is not the tracker's own.</param>
    public Sam2Model(WeightScope w, Sam2Config config, WeightScope? decoder = null)
    {
        if (!config.DirectlyAddNoMemEmbed || !config.UseHighResFeaturesInSam)
            throw new NotSupportedException("directly_add_no_mem_embed and use_high_res_features_in_sam must be on, as in every published SAM 2 model.");
        Config = config = FollowCheckpoint(w, config);
        Device = w.Device;
        ComputeType = w.ComputeType;
        image_encoder = new ImageEncoder(w["image_encoder"], config);
        Writer = new MemoryWriter(w, config);
        Reader = new MemoryReader(w, config, image_encoder.neck.position_encoding, memory_encoder.position_encoding);
        Heads = new SamHeads(w, config, decoder);
        no_mem_embed = w.Get("no_mem_embed", Init.TruncatedNormal(), 1, 1, config.HiddenDim);
        // Every checkpoint holds it; nothing reads it while the no-memory embedding is added directly.
        _ = w.Get("no_mem_pos_enc", Init.TruncatedNormal(), 1, 1, config.HiddenDim);
    }

    public Sam2Config Config { get; }

    public Device Device { get; }

    /// <summary>The element type of activations.</summary>
    public ScalarType ComputeType { get; }

    public ImageEncoder image_encoder { get; }

    public MemoryEncoder memory_encoder => Writer.memory_encoder;

    public MemoryAttention memory_attention => Reader.memory_attention;

    public PromptEncoder sam_prompt_encoder => Heads.sam_prompt_encoder;

    public Sam2MaskDecoder sam_mask_decoder => Heads.sam_mask_decoder;

    public SamHeads Heads { get; }

    public MemoryWriter Writer { get; }

    public MemoryReader Reader { get; }

    /// <summary>Encodes B frames: [B, 3, S, S] as made by <see cref="ImageNormalizer"/>. The caller owns the result.</summary>
    public ImageFeatures EncodeImage(Tensor image)
    {
        if (image.dim() != 4 || image.size(2) != Config.ImageSize || image.size(3) != Config.ImageSize)
            throw new ArgumentException($"The tracker takes frames of [B, 3, {Config.ImageSize}, {Config.ImageSize}], but it was given {image}.");
        using var scope = NewDisposeScope();
        // Frame by frame on the CPU: a frame's features must not depend on which others were read ahead with it.
        var input = image.to(ComputeType);
        var alone = input.device.Type == DeviceType.CPU && input.size(0) > 1 && !is_grad_enabled();
        var frames = alone ? input.split(1) : [input];
        var encoded = frames.Select(frame => image_encoder.forward(frame)).ToList();
        return new ImageFeatures([.. Enumerable.Range(0, 3).Select(level => (alone ? cat([.. encoded.Select(levels => levels[level])]) : encoded[0][level]).DetachFromDisposeScope())]);
    }

    /// <summary>The features of a frame that is prompted before anything is remembered: [B, C, h, w] → [B, C, h, w].</summary>
    public Tensor WithoutMemory(Tensor feature)
    {
        using var scope = NewDisposeScope();
        return (feature + no_mem_embed.view(1, -1, 1, 1)).MoveToOuterDisposeScope();
    }

    /// <summary>The features of a frame as each of B objects sees them with its memory; see <see cref="MemoryReader.Attend"/>.</summary>
    public Tensor AttendToMemory(Tensor feature, IReadOnlyList<ObjectMemory> objects, int? pointerReach = null, bool keepKeys = true) =>
        Reader.Attend(feature, objects, pointerReach ?? Config.MaxObjPtrsInEncoder, keepKeys);

    /// <summary>Decodes B objects of one frame; see <see cref="SamHeads.Forward"/>.</summary>
    public HeadOutput ForwardSamHeads(
        Tensor embedding,
        HighResFeatures highRes,
        PointTensors? points,
        Tensor? maskInput,
        Tensor? languageEmbeds,
        bool multimask,
        Sam2MaskDecoder? decoder = null,
        bool? blankAbsent = null) => Heads.Forward(embedding, highRes, points, maskInput, languageEmbeds, multimask, decoder, blankAbsent);

    /// <summary>A mask [B, 1, S, S] of 0 and 1 as the output of one frame; see <see cref="SamHeads.UseMaskAsOutput"/>.</summary>
    public HeadOutput UseMaskAsOutput(ImageFeatures frame, Tensor mask) => Heads.UseMaskAsOutput(frame.Fpn2, frame.HighRes(sam_mask_decoder), mask);

    /// <summary>What B objects leave in memory on one frame: [B, D, h, w] float32; see <see cref="MemoryWriter.Encode"/>.</summary>
    public Tensor EncodeMemory(Tensor pixFeat, Tensor maskLogitsHighRes, Tensor objectScoreLogits, bool isMaskFromPoints) =>
        Writer.Encode(pixFeat, maskLogitsHighRes, objectScoreLogits, isMaskFromPoints);

    /// <summary>Whether a prompt of so many points gets several candidates (SAM 2's _use_multimask).</summary>
    /// <param name="isInitialPrompt">The object's first prompt, before any memory.</param>
    /// <param name="points">Number of points given: 0 for none, a mask or a sentence; a box counts as two.</param>
    public bool UsesMultimask(bool isInitialPrompt, int points) =>
        Config.MultimaskOutputInSam && (isInitialPrompt || Config.MultimaskOutputForTracking) &&
        points >= Config.MultimaskMinPtNum && points <= Config.MultimaskMaxPtNum;

    private static Sam2Config FollowCheckpoint(WeightScope w, Sam2Config config)
    {
        var projects = w.Wants("obj_ptr_tpos_proj.weight", config.ProjTposEncInObjPtrs);
        return config with
        {
            ProjTposEncInObjPtrs = projects,
            AddTposEncToObjPtrs = projects || config.AddTposEncToObjPtrs,
            UseSignedTposEncToObjPtrs = projects || config.UseSignedTposEncToObjPtrs,
            NoObjEmbedSpatial = w.Wants("no_obj_embed_spatial", config.NoObjEmbedSpatial),
        };
    }
}
