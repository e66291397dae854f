using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>Turns a frame's prediction into what is remembered of it (sam2/modeling/sam2_base.py, _encode_new_memory).</summary>
public sealed class MemoryWriter
{
    private readonly Sam2Config _config;
    private readonly Tensor? no_obj_embed_spatial;

    /// <param name="w">Scope of the whole tracker.</param>
    /// <param name="config">Its configuration.</param>
    public MemoryWriter(WeightScope w, Sam2Config config)
    {
        _config = config;
        memory_encoder = new MemoryEncoder(w["memory_encoder"], config.MemoryEncoder);
        if (w.Wants("no_obj_embed_spatial", config.NoObjEmbedSpatial))
            no_obj_embed_spatial = w.Get("no_obj_embed_spatial", Init.TruncatedNormal(), 1, config.MemDim);
    }

    public MemoryEncoder memory_encoder { get; }

    /// <summary>Encodes the memory of B objects on one frame.</summary>
    /// <param name="pixFeat">[1, C, h, w] the frame's features without memory; [B, ...] for objects of different frames.</param>
    /// <param name="maskLogitsHighRes">[B, 1, S, S]</param>
    /// <param name="objectScoreLogits">[B, 1]</param>
    /// <param name="isMaskFromPoints">Whether clicks or a mask were given on this frame.</param>
    /// <returns>[B, D, h, w] float32, a channels-last view.</returns>
    public Tensor Encode(Tensor pixFeat, Tensor maskLogitsHighRes, Tensor objectScoreLogits, bool isMaskFromPoints)
    {
        using var scope = NewDisposeScope();
        var mask = Scale(maskLogitsHighRes, isMaskFromPoints).to(pixFeat.dtype);
        var memory = memory_encoder.forward(pixFeat, mask);
        if (no_obj_embed_spatial is not null)
        {
            var absent = objectScoreLogits.gt(0).logical_not().to(memory.dtype);    // (B, 1)
            memory = memory + (absent * no_obj_embed_spatial).unsqueeze(-1).unsqueeze(-1);
        }

        return memory.to(float32).MoveToOuterDisposeScope();
    }

    /// <summary>The mask as the memory encoder sees it: [B, 1, S, S].</summary>
    public Tensor Scale(Tensor maskLogits, bool isMaskFromPoints)
    {
        using var scope = NewDisposeScope();
        var mask = _config.BinarizeMaskFromPtsForMemEnc && isMaskFromPoints
            ? maskLogits.gt(0).to(float32)
            : PerRow.Apply(maskLogits.to(float32), x => x.sigmoid());
        return (mask * _config.SigmoidScaleForMemEnc + _config.SigmoidBiasForMemEnc).MoveToOuterDisposeScope();
    }
}
