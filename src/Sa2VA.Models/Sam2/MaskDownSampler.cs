using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// Brings a mask to the size of a memory, a stride at a time (sam2/modeling/memory_encoder.py, MaskDownSampler).
/// Channels grow by the square of the stride. [B, 1, S, S] → (B, h, w, C), channels-last.
/// </summary>
public sealed class MaskDownSampler
{
    private readonly (Conv2d Conv, LayerNorm Norm)[] _steps;
    private readonly PointwiseConv _last;

    public MaskDownSampler(WeightScope w, MemoryEncoderConfig config)
    {
        var count = (int)Math.Round(Math.Log(config.MaskTotalStride, config.MaskStride));
        var encoder = w["encoder"];
        _steps = new (Conv2d, LayerNorm)[count];
        var channels = 1;
        for (var i = 0; i < count; i++)
        {
            var wider = channels * config.MaskStride * config.MaskStride;
            var conv = new Conv2d(encoder[3 * i], channels, wider, config.MaskKernel, config.MaskStride, config.MaskPadding);
            _steps[i] = (conv, new LayerNorm(encoder[(3 * i) + 1], wider, eps: 1e-6));
            channels = wider;
        }

        _last = new PointwiseConv(encoder[3 * count], channels, config.InDim);
    }

    public Tensor forward(Tensor mask)
    {
        using var scope = NewDisposeScope();
        var x = mask;
        foreach (var (conv, norm) in _steps)
        {
            var y = norm.forward(conv.forward(x).permute(0, 2, 3, 1).contiguous());    // (B, H, W, c)
            x = y.gelu().permute(0, 3, 1, 2);
        }

        return _last.forward(x.permute(0, 2, 3, 1)).MoveToOuterDisposeScope();
    }
}
