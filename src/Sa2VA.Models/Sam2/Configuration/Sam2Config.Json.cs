using System.Text.Json;

namespace Sa2VA.Models.Sam2;

// Reading the official constructor arguments from JSON. What is missing takes the official constructors' defaults, which are not
// those of the published models.
public sealed partial record Sam2Config
{
    /// <summary>
    /// Reads a configuration: the arguments of the official model under <c>sam2</c> (or at the top), the parts under
    /// <c>image_encoder</c>, <c>memory_attention</c> and <c>memory_encoder</c>, the heads' sizes at the top.
    /// </summary>
    /// <exception cref="NotSupportedException">The configuration asks for something that no published model uses.</exception>
    public static Sam2Config FromJson(JsonElement json)
    {
        var node = json.TryGetProperty("sam2", out var sam2) ? new ConfigNode(sam2, json) : new ConfigNode(json);
        var encoder = node.Child("image_encoder");
        var neck = ReadNeck(encoder);
        var hidden = node.Int("hidden_dim", node.Int("prompt_embed_dim", encoder.Has("neck") ? neck.DModel : 256));
        var memoryEncoder = ReadMemoryEncoder(node, hidden);
        var heads = node.Child("sam_mask_decoder_extra_args");
        return new Sam2Config
        {
            ImageSize = node.Int("image_size", 512),
            BackboneStride = node.Int("backbone_stride", 16),
            Trunk = encoder.Has("trunk") ? ReadTrunk(encoder.Child("trunk")) : node.Has("trunk") ? ReadTrunk(node.Child("trunk")) : HieraConfig.Large,
            Neck = neck,
            MemoryAttention = ReadMemoryAttention(node.Child("memory_attention"), hidden, node.Int("mem_dim", memoryEncoder.OutDim)),
            MemoryEncoder = memoryEncoder,
            Heads = ReadHeads(node),
            HiddenDim = hidden,
            MemDim = node.Int("mem_dim", memoryEncoder.OutDim),
            NumMaskmem = node.Depth("num_maskmem", 7),
            SigmoidScaleForMemEnc = node.Double("sigmoid_scale_for_mem_enc", 1),
            SigmoidBiasForMemEnc = node.Double("sigmoid_bias_for_mem_enc", 0),
            BinarizeMaskFromPtsForMemEnc = node.Bool("binarize_mask_from_pts_for_mem_enc", false),
            UseMaskInputAsOutputWithoutSam = node.Bool("use_mask_input_as_output_without_sam", false),
            MaxCondFramesInAttn = node.Int("max_cond_frames_in_attn", -1),
            DirectlyAddNoMemEmbed = node.Bool("directly_add_no_mem_embed", false),
            UseHighResFeaturesInSam = node.Bool("use_high_res_features_in_sam", false),
            MultimaskOutputInSam = node.Bool("multimask_output_in_sam", false),
            MultimaskMinPtNum = node.Int("multimask_min_pt_num", 1),
            MultimaskMaxPtNum = node.Int("multimask_max_pt_num", 1),
            MultimaskOutputForTracking = node.Bool("multimask_output_for_tracking", false),
            UseMultimaskTokenForObjPtr = node.Bool("use_multimask_token_for_obj_ptr", false),
            IouPredictionUseSigmoid = node.Bool("iou_prediction_use_sigmoid", false),
            MemoryTemporalStride = node.Int("memory_temporal_stride_for_eval", 1),
            NonOverlapMasksForMemEnc = node.Bool("non_overlap_masks_for_mem_enc", false),
            NonOverlapMasks = node.Bool("non_overlap_masks", false),
            UseObjPtrsInEncoder = node.Bool("use_obj_ptrs_in_encoder", false),
            MaxObjPtrsInEncoder = node.Int("max_obj_ptrs_in_encoder", 16),
            AddTposEncToObjPtrs = node.Bool("add_tpos_enc_to_obj_ptrs", true),
            ProjTposEncInObjPtrs = node.Bool("proj_tpos_enc_in_obj_ptrs", false),
            UseSignedTposEncToObjPtrs = node.Bool("use_signed_tpos_enc_to_obj_ptrs", false),
            OnlyObjPtrsInThePast = node.Bool("only_obj_ptrs_in_the_past_for_eval", false),
            PredObjScores = node.Bool("pred_obj_scores", false),
            PredObjScoresMlp = node.Bool("pred_obj_scores_mlp", false),
            FixedNoObjPtr = node.Bool("fixed_no_obj_ptr", false),
            SoftNoObjPtr = node.Bool("soft_no_obj_ptr", false),
            UseMlpForObjPtrProj = node.Bool("use_mlp_for_obj_ptr_proj", false),
            NoObjEmbedSpatial = node.Bool("no_obj_embed_spatial", false),
            DynamicMultimaskViaStability = heads.Bool("dynamic_multimask_via_stability", false),
            DynamicMultimaskStabilityDelta = heads.Double("dynamic_multimask_stability_delta", 0.05),
            DynamicMultimaskStabilityThresh = heads.Double("dynamic_multimask_stability_thresh", 0.98),
            AddAllFramesToCorrectAsCond = node.Bool("add_all_frames_to_correct_as_cond", false),
            ClearNonCondMemAroundInput = node.Bool("clear_non_cond_mem_around_input", false),
            FillHoleArea = node.Int("fill_hole_area", 0),
        };
    }

    private static HieraConfig ReadTrunk(ConfigNode node) => new()
    {
        EmbedDim = node.Int("embed_dim", 96),
        NumHeads = node.Int("num_heads", 1),
        Stages = node.Depths("stages", [2, 3, 16, 3]),
        WindowSpec = node.Ints("window_spec", [8, 4, 14, 7]),
        GlobalAttBlocks = node.Ints("global_att_blocks", [12, 16, 20]),
        WindowPosEmbedBkgSpatialSize = node.Ints("window_pos_embed_bkg_spatial_size", [14, 14]),
        QPool = node.Int("q_pool", 3),
        QStride = Square(node.Ints("q_stride", [2, 2]), "q_stride"),
        DimMul = node.Double("dim_mul", 2),
        HeadMul = node.Double("head_mul", 2),
    };

    private static FpnConfig ReadNeck(ConfigNode encoder)
    {
        var node = encoder.Child("neck");
        Only(node.Text("fpn_interp_model", "nearest"), "nearest", "fpn_interp_model");
        Only(node.Text("fuse_type", "sum"), "sum", "fuse_type");
        var width = node.Int("d_model", 256);
        return new FpnConfig
        {
            DModel = width,
            TopDownLevels = node.Ints("fpn_top_down_levels", [0, 1, 2, 3]),
            Scalp = encoder.Int("scalp", 0),
            Position = ReadSine(node.Child("position_encoding"), width),
        };
    }

    private static SineConfig ReadSine(ConfigNode node, int width) => new()
    {
        Width = node.Int("num_pos_feats", width),
        Temperature = node.Double("temperature", 10000),
        Normalize = node.Bool("normalize", true),
        Scale = node.Double("scale", 2 * Math.PI),
    };

    private static MemoryAttentionConfig ReadMemoryAttention(ConfigNode node, int hidden, int memory)
    {
        var layer = node.Child("layer");
        Only(layer.Text("activation", "relu"), "relu", "memory_attention.layer.activation");
        return new MemoryAttentionConfig
        {
            DModel = node.Int("d_model", hidden),
            NumLayers = node.Depth("num_layers", 4),
            DimFeedforward = layer.Int("dim_feedforward", 2048),
            PosEncAtInput = node.Bool("pos_enc_at_input", true),
            PosEncAtAttn = layer.Bool("pos_enc_at_attn", false),
            PosEncAtCrossAttnKeys = layer.Bool("pos_enc_at_cross_attn_keys", true),
            PosEncAtCrossAttnQueries = layer.Bool("pos_enc_at_cross_attn_queries", false),
            SelfAttention = ReadRope(layer.Child("self_attention"), hidden, null),
            CrossAttention = ReadRope(layer.Child("cross_attention"), hidden, memory),
        };
    }

    private static RopeAttentionConfig ReadRope(ConfigNode node, int hidden, int? memory) => new()
    {
        EmbeddingDim = node.Int("embedding_dim", hidden),
        NumHeads = node.Int("num_heads", 1),
        DownsampleRate = node.Int("downsample_rate", 1),
        RopeTheta = node.Double("rope_theta", 10000),
        KvInDim = node.Has("kv_in_dim") ? node.Int("kv_in_dim", hidden) : memory,
    };

    private static MemoryEncoderConfig ReadMemoryEncoder(ConfigNode parent, int hidden)
    {
        var node = parent.Child("memory_encoder");
        var mask = node.Child("mask_downsampler");
        var fuser = node.Child("fuser");
        var layer = fuser.Child("layer");
        var width = node.Int("out_dim", parent.Int("mem_dim", 64));
        return new MemoryEncoderConfig
        {
            InDim = node.Int("in_dim", hidden),
            OutDim = width,
            MaskKernel = mask.Int("kernel_size", 4),
            MaskStride = mask.Int("stride", 4),
            MaskPadding = mask.Int("padding", 0),
            MaskTotalStride = mask.Int("total_stride", parent.Int("mask_downsampler_total_stride", 16)),
            FuserLayers = fuser.Depth("num_layers", 2),
            FuserKernel = layer.Int("kernel_size", 7),
            FuserPadding = layer.Int("padding", 3),
            FuserDepthwise = layer.Bool("use_dwconv", true),
            LayerScaleInit = layer.Double("layer_scale_init_value", 1e-6),
            Position = ReadSine(node.Child("position_encoding"), width),
        };
    }

    private static SamHeadsConfig ReadHeads(ConfigNode node)
    {
        var transformer = node.Child("decoder_transformer");
        return new SamHeadsConfig
        {
            MaskInChans = node.Int("mask_in_chans", 16),
            Depth = transformer.Depth("depth", 2),
            NumHeads = transformer.Int("num_heads", 8),
            MlpDim = transformer.Int("mlp_dim", 2048),
            AttentionDownsampleRate = transformer.Int("attention_downsample_rate", 2),
            NumMultimaskOutputs = node.Depth("num_multimask_outputs", 3),
            IouHeadDepth = node.Depth("iou_head_depth", 3),
            IouHeadHiddenDim = node.Int("iou_head_hidden_dim", 256),
        };
    }

    private static int Square(int[] sides, string key) =>
        sides.All(side => side == sides[0])
            ? sides[0]
            : throw new NotSupportedException($"{key} is [{string.Join(", ", sides)}], but only equal sides are supported; every published model has them.");

    private static void Only(string found, string supported, string key)
    {
        if (!string.Equals(found, supported, StringComparison.Ordinal))
            throw new NotSupportedException($"{key} is '{found}', but only '{supported}' is supported; every published model has it.");
    }
}
