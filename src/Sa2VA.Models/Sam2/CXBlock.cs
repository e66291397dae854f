using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>A ConvNeXt block (sam2/modeling/memory_encoder.py, CXBlock) over channels-last maps.</summary>
public sealed class CXBlock
{
    private readonly Conv2d dwconv;
    private readonly LayerNorm norm;
    private readonly Linear pwconv1;
    private readonly Linear pwconv2;
    private readonly Tensor? gamma;

    public CXBlock(WeightScope w, MemoryEncoderConfig config)
    {
        var width = config.InDim;
        dwconv = new Conv2d(w["dwconv"], width, width, config.FuserKernel, padding: config.FuserPadding, groups: config.FuserDepthwise ? width : 1);
        norm = new LayerNorm(w["norm"], width, eps: 1e-6);
        pwconv1 = new Linear(w["pwconv1"], width, 4 * width);
        pwconv2 = new Linear(w["pwconv2"], 4 * width, width);
        if (config.LayerScaleInit > 0)
            gamma = w.Get("gamma", Init.Constant(config.LayerScaleInit), width);
    }

    /// <summary>(B, h, w, C) → (B, h, w, C)</summary>
    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = dwconv.forward(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1).contiguous();
        y = pwconv2.forward(pwconv1.forward(norm.forward(y), Activation.Gelu));
        if (gamma is not null)
            y = y * gamma;
        return (x + y).MoveToOuterDisposeScope();
    }
}
