using Sa2VA.Models.Layers;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.DeSa2va;

/// <summary>
/// DeSa2VA, sections 3.2 to 3.4: the prompt vector of a <c>[SEG]</c> is split by two linear layers into what is seen and what is said. Each is
/// decoded by a mask decoder of its own, and the two masks are fused. n vectors of C channels, s the side of a predicted mask.
/// </summary>
public sealed class DecoupledHead
{
    /// <summary>Where the tracker keeps the second mask decoder.</summary>
    public const string TextDecoderScope = "sam_mask_decoder_text";

    private readonly DecoupledConfig _config;
    private readonly Linear _visual;
    private readonly Linear _text;

    /// <param name="w">Scope of the two layers.</param>
    /// <param name="tracker">Scope of the tracker.</param>
    /// <param name="c">The tracker's configuration.</param>
    /// <param name="config">How masks are fused.</param>
    public DecoupledHead(WeightScope w, WeightScope tracker, Sam2Config c, DecoupledConfig config)
    {
        _config = config;
        _visual = new Linear(w["visual_proj"], c.HiddenDim, c.HiddenDim);
        _text = new Linear(w["text_proj"], c.HiddenDim, c.HiddenDim);
        TextDecoder = new Sam2MaskDecoder(tracker[TextDecoderScope], c);
    }

    /// <summary>The mask decoder of what is said.</summary>
    public Sam2MaskDecoder TextDecoder { get; }

    /// <summary>[n, C] → what is seen and what is said, each [n, C].</summary>
    public (Tensor Visual, Tensor Text) Split(Tensor vectors) => (_visual.forward(vectors), _text.forward(vectors));

    /// <summary>One mask out of two, all of one shape.</summary>
    public Tensor Fuse(Tensor visual, Tensor text)
    {
        using var scope = NewDisposeScope();
        return (_config.Fusion == MaskFusion.Max ? where(visual.gt(text), visual, text) : (visual + text) / 2).MoveToOuterDisposeScope();
    }

    /// <summary>The fused mask of a prompt vector on one frame: [1, 1, s, s] logits, in the current scope.</summary>
    /// <param name="model">The tracker.</param>
    /// <param name="visualDecoder">The decoder of what is seen.</param>
    /// <param name="features">Of the frame.</param>
    /// <param name="embedding">The prompt vector.</param>
    /// <param name="selfFeedback">See <see cref="TrackerOptions.SelfFeedback"/>: the fused mask goes back to both decoders.</param>
    public Tensor Decode(Sam2Model model, Sam2MaskDecoder visualDecoder, ImageFeatures features, float[] embedding, bool selfFeedback)
    {
        using var scope = NewDisposeScope();
        var (visual, text) = Split(tensor(embedding, [1, embedding.Length], features.Fpn2.device));
        var fused = Fuse(Heads(visual, visualDecoder, maskInput: null), Heads(text, TextDecoder, maskInput: null));
        if (selfFeedback)
        {
            var dense = VideoTracker.Fed(fused);
            fused = Fuse(Heads(visual, visualDecoder, dense), Heads(text, TextDecoder, dense));
        }

        return fused.MoveToOuterDisposeScope();

        Tensor Heads(Tensor prompt, Sam2MaskDecoder decoder, Tensor? maskInput) => model.ForwardSamHeads(
            model.WithoutMemory(features.Fpn2), features.HighRes(decoder), points: null, maskInput, prompt.unsqueeze(1),
            model.UsesMultimask(isInitialPrompt: true, points: 0), decoder, blankAbsent: false).LowResMasks;
    }
}
