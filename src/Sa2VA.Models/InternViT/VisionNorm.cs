using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;

namespace Sa2VA.Models.InternViT;

/// <summary>The norm of an InternViT layer: layer norm in the 300M tower, RMS norm in the 6B tower.</summary>
internal sealed class VisionNorm
{
    private readonly LayerNorm? _layer;
    private readonly RmsNorm? _rms;

    public VisionNorm(WeightScope w, InternVisionConfig c)
    {
        if (c.RmsNorm)
            _rms = new RmsNorm(w, c.HiddenSize, c.LayerNormEps);
        else
            _layer = new LayerNorm(w, c.HiddenSize, c.LayerNormEps);
    }

    public Tensor forward(Tensor x) => _rms is not null ? _rms.forward(x) : _layer!.forward(x);
}
