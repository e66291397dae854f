using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>A mask prompt made as coarse as the image tokens: [B, 1, 4h, 4w] → [B, h·w, C]. Channels-last inside.</summary>
public sealed class MaskDownscaling(WeightScope w, int channels, int outputs)
{
    private readonly PatchConv _first = new(w[0], 1, channels / 4, kernel: 2);
    private readonly LayerNorm _firstNorm = new(w[1], channels / 4, eps: 1e-6);
    private readonly PatchConv _second = new(w[3], channels / 4, channels, kernel: 2);
    private readonly LayerNorm _secondNorm = new(w[4], channels, eps: 1e-6);
    private readonly PointwiseConv _last = new(w[6], channels, outputs);

    public Tensor forward(Tensor masks)
    {
        using var scope = NewDisposeScope();
        var x = masks.to(_last.weight.dtype).permute(0, 2, 3, 1);               // (B, 4h, 4w, 1)
        x = PerRow.Apply(_firstNorm.forward(_first.forward(x)), y => y.gelu()); // (B, 2h, 2w, c/4)
        x = PerRow.Apply(_secondNorm.forward(_second.forward(x)), y => y.gelu());
        return _last.forward(x).flatten(1, 2).MoveToOuterDisposeScope();        // (B, h·w, C)
    }
}
