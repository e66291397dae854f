using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.UniPixel;

/// <summary>
/// UniPixel as published: frames spread over the video are shown, the answer's tokens prompt the tracker on the very first frame, and all
/// frames are tracked from there; absent objects are blanked.
/// </summary>
public sealed class UniPixelProtocol : IGroundingProtocol
{
    public string Name => "unipixel";

    public int[] KeyFrames(int frameCount, int count) => KeyFrameChoice.Rounded(frameCount, count);

    /// <summary>The first one alone, wherever the object is seen best.</summary>
    public IReadOnlyList<int> PromptFrames(IReadOnlyList<int> keyFrames) => [keyFrames[0]];

    public TrackerOptions Configure(TrackerOptions options) => options with { VideoSizeViaModelSize = false, BlankAbsentMasks = true };

    public FrameMasks Prompt(VideoTracker tracker, int frame, ImageFeatures features, int objectId, float[] embedding, Sam2MaskDecoder? languageDecoder = null)
    {
        using var scope = NewDisposeScope();
        var width = features.Fpn2.size(1);
        return tracker.AddLanguage(frame, features, objectId, tensor(embedding, [embedding.Length / width, width], features.Fpn2.device), languageDecoder);
    }
}
