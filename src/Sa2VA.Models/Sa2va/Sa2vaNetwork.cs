using Sa2VA.Models.DeSa2va;
using Sa2VA.Models.Layers;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sa2va;

/// <summary>
/// The parts of Sa2VA and how they are connected (paper, section 3): frames → language tokens → answer → one prompt vector per
/// <c>[SEG]</c> → tracker. Works on tensors and token ids; words are <see cref="Sa2vaModel"/>'s business.
/// </summary>
public sealed class Sa2vaNetwork
{
    private const string TrackerScope = "grounding_encoder.sam2_model";
    private const string ModifiedDecoderScope = "sam_mask_decoder_modified";

    private readonly Device _device;
    private readonly ScalarType _type;
    private readonly VisionTower? _vision;
    private readonly Linear _segFirst;
    private readonly Linear _segSecond;

    /// <param name="root">Scope of the whole checkpoint.</param>
    /// <param name="tracker">The same for the tracker, which may compute in another type.</param>
    /// <param name="c">Architecture.</param>
    /// <param name="originalDecoder">Scope of SAM 2's own mask decoder where the checkpoint has only the fine-tuned one; null to follow the checkpoint.</param>
    /// <param name="quantize">How the language model's matrices are held.</param>
    public Sa2vaNetwork(WeightScope root, WeightScope tracker, Sa2vaConfig c, WeightScope? originalDecoder = null, Quantization quantize = Quantization.None)
    {
        (Config, _device, _type) = (c, root.Device, root.ComputeType);
        if (c.QwenVision is { } qwen)
        {
            QwenVision = new QwenVisionModel(QwenVlScopes.Sa2va.VisionOf(root), qwen);
            LanguageModel = LanguageModel.Create(QwenVlScopes.Sa2va.LanguageOf(root).As(quantize), QwenVlScopes.Sa2va.HeadOf(root).As(quantize), c.Language);
        }
        else
        {
            _vision = new VisionTower(root, c);
            LanguageModel = LanguageModel.Create(root["language_model"].As(quantize), c.Language);
        }

        _segFirst = new Linear(root["text_hidden_fcs"][0], c.Language.HiddenSize, c.Language.HiddenSize);
        _segSecond = new Linear(root["text_hidden_fcs"][2], c.Language.HiddenSize, c.Tracker.HiddenDim);
        var grounding = tracker[TrackerScope];
        Sam2 = new Sam2Model(grounding, c.Tracker, originalDecoder);
        if (originalDecoder is not null)
            ModifiedDecoder = new Sam2MaskDecoder(grounding[SamHeads.DecoderScope], Sam2.Config);
        else if (grounding[ModifiedDecoderScope].Wants("iou_token.weight", c.HasModifiedDecoder))
            ModifiedDecoder = new Sam2MaskDecoder(grounding[ModifiedDecoderScope], c.Tracker);
        if (c.Decoupled is { } decoupled)
            Decoupled = new DecoupledHead(tracker[DecoupledConfig.Section], grounding, Sam2.Config, decoupled);
    }

    public Sa2vaConfig Config { get; }

    /// <summary>InternVL's way from frames to tokens.</summary>
    /// <exception cref="NotSupportedException">The model is over Qwen-VL.</exception>
    public VisionTower Vision => _vision ?? throw new NotSupportedException("This Sa2VA is over Qwen-VL; only InternVL's vision tower takes batches of squares.");

    /// <summary>The tower of a Sa2VA over Qwen-VL; null over InternVL.</summary>
    public QwenVisionModel? QwenVision { get; }

    public LanguageModel LanguageModel { get; }

    public Sam2Model Sam2 { get; }

    /// <summary>Sa2VA-i's fine-tuned decoder of sentences, beside the tracker's original one.</summary>
    public Sam2MaskDecoder? ModifiedDecoder { get; }

    /// <summary>DeSa2VA's head; null for a plain Sa2VA.</summary>
    public DecoupledHead? Decoupled { get; }

    /// <summary>What the vision tower makes of frames: [B, tokens per frame, H].</summary>
    /// <param name="pixels">[B, 3, S, S] normalised float32.</param>
    public Tensor Look(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        return Vision.forward(pixels.to(_type, _device)).MoveToOuterDisposeScope();
    }

    /// <summary>What the tower makes of frames one by one, over Qwen-VL.</summary>
    internal QwenVlFrames Look(QwenVisionModel tower, IReadOnlyList<RgbPixels> frames) => new(tower, frames, _type, _device);

    /// <summary>Embeddings of a prompt in which vision features stand at the placeholders, in order: [1, n, H].</summary>
    /// <exception cref="ArgumentException">There are more or fewer placeholders than features.</exception>
    public Tensor Embed(ReadOnlySpan<int> ids, int placeholder, Tensor features)
    {
        using var scope = NewDisposeScope();
        var embedded = LanguageModel.Embed(ids);
        Placeholders.Fill(embedded, ids, placeholder, features);
        return embedded.MoveToOuterDisposeScope();
    }

    /// <summary><c>text_hidden_fcs</c>: final states [n, H] where <c>[SEG]</c> was read → prompt vectors [n, C] of the tracker.</summary>
    public Tensor ProjectSegmentation(Tensor states)
    {
        using var scope = NewDisposeScope();
        return _segSecond.forward(_segFirst.forward(states, Activation.Relu)).MoveToOuterDisposeScope();
    }
}
