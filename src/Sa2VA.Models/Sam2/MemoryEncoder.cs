using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// Fuses a frame's features with an object's mask into a memory (sam2/modeling/memory_encoder.py).
/// B objects of one frame, C channels, D memory channels.
/// </summary>
public sealed class MemoryEncoder
{
    private readonly MaskDownSampler mask_downsampler;
    private readonly PointwiseConv pix_feat_proj;
    private readonly CXBlock[] _fuser;
    private readonly PointwiseConv? out_proj;

    public MemoryEncoder(WeightScope w, MemoryEncoderConfig config)
    {
        mask_downsampler = new MaskDownSampler(w["mask_downsampler"], config);
        pix_feat_proj = new PointwiseConv(w["pix_feat_proj"], config.InDim, config.InDim);
        _fuser = [.. Enumerable.Range(0, config.FuserLayers).Select(i => new CXBlock(w["fuser"]["layers"][i], config))];
        out_proj = config.OutDim == config.InDim ? null : new PointwiseConv(w["out_proj"], config.InDim, config.OutDim);
        position_encoding = new SinePosition(w, config.Position);
    }

    /// <summary>The positions that are added to a memory when it is attended to.</summary>
    public SinePosition position_encoding { get; }

    /// <param name="pixFeat">[1 or B, C, h, w] the frame's features without memory.</param>
    /// <param name="mask">[B, 1, S, S] as scaled for memory.</param>
    /// <returns>[B, D, h, w], a channels-last view.</returns>
    public Tensor forward(Tensor pixFeat, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var features = pix_feat_proj.forward(pixFeat.permute(0, 2, 3, 1));    // (1 or B, h, w, C)
        if (features.size(0) > 1)
            return Fuse(mask_downsampler.forward(mask).add_(features)).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
        return PerRow.Apply(mask, one => Fuse(mask_downsampler.forward(one).add_(features))).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>The mask after down-sampling: [B, C, h, w].</summary>
    public Tensor DownSample(Tensor mask)
    {
        using var scope = NewDisposeScope();
        return mask_downsampler.forward(mask).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private Tensor Fuse(Tensor x)
    {
        using var scope = NewDisposeScope();
        foreach (var block in _fuser)
            x = block.forward(x);
        return (out_proj?.forward(x) ?? x.alias()).MoveToOuterDisposeScope();
    }
}
