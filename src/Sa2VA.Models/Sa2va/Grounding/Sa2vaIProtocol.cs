using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sa2va.Grounding;

/// <summary>
/// Sa2VA-i (improved inference): frames spread over the video are shown, the prompt vector is decoded on each of them alone, exactly
/// as in training, and the masks prompt an untouched SAM 2, which blanks absent objects. With a plain Sa2VA its one decoder does both.
/// </summary>
public sealed class Sa2vaIProtocol : IGroundingProtocol
{
    public string Name => "sa2va-i";

    public int[] KeyFrames(int frameCount, int count) => KeyFrameChoice.Spread(frameCount, count);

    public TrackerOptions Configure(TrackerOptions options) => options with { VideoSizeViaModelSize = true, BlankAbsentMasks = true };

    public FrameMasks Prompt(VideoTracker tracker, int frame, ImageFeatures features, int objectId, float[] embedding, Sam2MaskDecoder? languageDecoder = null)
    {
        using var scope = NewDisposeScope();
        return tracker.AddMask(frame, features, objectId, Decode(tracker.Model, languageDecoder, features, embedding, tracker.VideoHeight, tracker.VideoWidth, tracker.Options.SelfFeedback));
    }

    /// <summary>The mask of a prompt vector on one frame: [height, width] of bool, in the current scope.</summary>
    /// <param name="model">The tracker.</param>
    /// <param name="languageDecoder">The decoder of prompt vectors; null for the tracker's own.</param>
    /// <param name="features">Of the frame.</param>
    /// <param name="embedding">The prompt vector.</param>
    /// <param name="height">Rows of the video.</param>
    /// <param name="width">Columns of the video.</param>
    /// <param name="selfFeedback">See <see cref="TrackerOptions.SelfFeedback"/>.</param>
    public static Tensor Decode(
        Sam2Model model, Sam2MaskDecoder? languageDecoder, ImageFeatures features, float[] embedding, int height, int width, bool selfFeedback = false)
    {
        var decoder = languageDecoder ?? model.sam_mask_decoder;
        using var scope = NewDisposeScope();
        var channels = features.Fpn2.size(1);
        var prompt = tensor(embedding, [1, embedding.Length / channels, channels], features.Fpn2.device);
        var head = Heads(maskInput: null);
        if (selfFeedback)
            head = Heads(VideoTracker.Fed(head.LowResMasks));
        return F.interpolate(head.LowResMasks, height, width).gt(0).squeeze(0).squeeze(0).MoveToOuterDisposeScope();

        HeadOutput Heads(Tensor? maskInput) => model.ForwardSamHeads(
            model.WithoutMemory(features.Fpn2), features.HighRes(decoder), points: null, maskInput, prompt,
            model.UsesMultimask(isInitialPrompt: true, points: 0), decoder, blankAbsent: false);
    }
}
