using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Sa2va.Grounding;

/// <summary>
/// How a video is shown to the language model, and how its answer becomes a track: the inference procedures published. A caller shows <see cref="KeyFrames"/> to the model, makes a tracker with <see cref="Configure"/>, calls
/// <see cref="Prompt"/> for every object on every one of <see cref="PromptFrames"/>, and tracks all frames.
/// </summary>
public interface IGroundingProtocol
{
    /// <summary>What the command line and reports call it.</summary>
    string Name { get; }

    /// <summary>The frames to show, distinct and in order.</summary>
    /// <param name="frameCount">Frames of the video, at least 1.</param>
    /// <param name="count">How many to choose, at least 1; fewer come out when the video is shorter.</param>
    int[] KeyFrames(int frameCount, int count);

    /// <summary>Those of the frames shown on which an answer prompts the tracker: all, unless the procedure says otherwise.</summary>
    /// <param name="keyFrames">From <see cref="KeyFrames"/>.</param>
    IReadOnlyList<int> PromptFrames(IReadOnlyList<int> keyFrames) => keyFrames;

    /// <summary>The caller's options with what the protocol prescribes.</summary>
    TrackerOptions Configure(TrackerOptions options);

    /// <summary>Shows an object to the tracker on a key frame.</summary>
    /// <param name="tracker">Made with <see cref="Configure"/>.</param>
    /// <param name="frame">One of <see cref="PromptFrames"/>.</param>
    /// <param name="features">Of that frame; borrowed.</param>
    /// <param name="objectId">Any number of the caller's.</param>
    /// <param name="embedding">The prompt vector of a <c>[SEG]</c>, or the vectors one after another, the same on every frame.</param>
    /// <param name="languageDecoder">The mask decoder that reads prompt vectors (Sa2VA-i's fine-tuned one); null for the tracker's own.</param>
    /// <returns>The masks of all objects on that frame.</returns>
    FrameMasks Prompt(VideoTracker tracker, int frame, ImageFeatures features, int objectId, float[] embedding, Sam2MaskDecoder? languageDecoder = null);

    /// <summary>The mask of a prompt vector on one frame by itself, [height, width] of bool in the current scope: what is seen there, without memory.</summary>
    /// <param name="tracker">As for <see cref="Prompt"/>; unchanged.</param>
    /// <param name="features">Of that frame; borrowed.</param>
    /// <param name="embedding">The prompt vector.</param>
    /// <param name="languageDecoder">As for <see cref="Prompt"/>.</param>
    Tensor Decode(VideoTracker tracker, ImageFeatures features, float[] embedding, Sam2MaskDecoder? languageDecoder = null) =>
        Sa2vaIProtocol.Decode(tracker.Model, languageDecoder, features, embedding, tracker.VideoHeight, tracker.VideoWidth, tracker.Options.SelfFeedback);
}
