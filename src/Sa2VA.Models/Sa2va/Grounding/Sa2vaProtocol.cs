using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sa2va.Grounding;

/// <summary>
/// Sa2VA as published: the first frames are shown, the prompt vector is decoded on each of them as the tracker's own prompt, and
/// the rest is tracked. Masks do not depend on the object score.
/// </summary>
public sealed class Sa2vaProtocol : IGroundingProtocol
{
    public string Name => "sa2va";

    public int[] KeyFrames(int frameCount, int count) => KeyFrameChoice.First(frameCount, count);

    public TrackerOptions Configure(TrackerOptions options) => options with { VideoSizeViaModelSize = true, BlankAbsentMasks = false };

    public FrameMasks Prompt(VideoTracker tracker, int frame, ImageFeatures features, int objectId, float[] embedding, Sam2MaskDecoder? languageDecoder = null)
    {
        using var scope = NewDisposeScope();
        return tracker.AddLanguage(frame, features, objectId, tensor(embedding, [1, embedding.Length], features.Fpn2.device), languageDecoder);
    }
}
