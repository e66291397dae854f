using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;

namespace Sa2VA.Models.UniPixel;

/// <summary>
/// The parts of UniPixel under their official names (paper, section 3): frames, clicks, boxes and remembered objects → language tokens →
/// answer → two prompt tokens per <c>&lt;|seg|&gt;</c> → tracker.
/// </summary>
public sealed class UniPixelNetwork
{
    /// <param name="root">Scope of the whole checkpoint.</param>
    /// <param name="tracker">The same for the tracker, which may compute in another type.</param>
    /// <param name="c">Architecture.</param>
    /// <param name="quantize">How the language model's matrices are held.</param>
    public UniPixelNetwork(WeightScope root, WeightScope tracker, UniPixelConfig c, Quantization quantize = Quantization.None)
    {
        Config = c;
        Vision = new QwenVisionModel(QwenVlScopes.UniPixel.VisionOf(root), c.Vision);
        LanguageModel = LanguageModel.Create(QwenVlScopes.UniPixel.LanguageOf(root).As(quantize), QwenVlScopes.UniPixel.HeadOf(root).As(quantize), c.Language);
        SegmentationHead = new SegmentationHead(root["seg_head"], c.Language.HiddenSize, c.SegmentationTokens, c.Tracker.HiddenDim);
        References = new ReferenceEncoder(root, c.Tracker, c.Language.HiddenSize);
        Objects = new ObjectFeatures(root["msk_proj"], (long)c.Vision.HiddenSize * c.Vision.GroupSize, c.Language.HiddenSize);
        Sam2 = new Sam2Model(tracker["sam2"], c.Tracker);
    }

    public UniPixelConfig Config { get; }

    public QwenVisionModel Vision { get; }

    public LanguageModel LanguageModel { get; }

    public SegmentationHead SegmentationHead { get; }

    public ReferenceEncoder References { get; }

    public ObjectFeatures Objects { get; }

    public Sam2Model Sam2 { get; }
}
