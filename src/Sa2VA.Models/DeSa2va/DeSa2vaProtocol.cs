using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.DeSa2va;

/// <summary>
/// Another protocol for a model with a decoupled head: key frames and tracking are as there, but on each key frame the fused mask prompts
/// the tracker, since no single vector and decoder gives it.
/// </summary>
public sealed class DeSa2vaProtocol(IGroundingProtocol inner, DecoupledHead head) : IGroundingProtocol
{
    public string Name => inner.Name;

    public int[] KeyFrames(int frameCount, int count) => inner.KeyFrames(frameCount, count);

    public TrackerOptions Configure(TrackerOptions options) => inner.Configure(options);

    public FrameMasks Prompt(VideoTracker tracker, int frame, ImageFeatures features, int objectId, float[] embedding, Sam2MaskDecoder? languageDecoder = null)
    {
        using var scope = NewDisposeScope();
        return tracker.AddMask(frame, features, objectId, Decode(tracker, features, embedding, languageDecoder));
    }

    public Tensor Decode(VideoTracker tracker, ImageFeatures features, float[] embedding, Sam2MaskDecoder? languageDecoder = null)
    {
        using var scope = NewDisposeScope();
        var logits = head.Decode(tracker.Model, languageDecoder ?? tracker.Model.sam_mask_decoder, features, embedding, tracker.Options.SelfFeedback);
        return F.interpolate(logits, tracker.VideoHeight, tracker.VideoWidth).gt(0).squeeze(0).squeeze(0).MoveToOuterDisposeScope();
    }
}
