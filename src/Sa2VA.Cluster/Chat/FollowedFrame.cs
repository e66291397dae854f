using Sa2VA.Cluster.Runs;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Chat;

/// <summary>Something to follow through a video, or to outline in a picture: what an answer meant, or what was shown by hand.</summary>
/// <param name="ObjectId">From 1; all differ.</param>
/// <param name="Label">For the legend.</param>
public sealed record FollowedObject(int ObjectId, string Label)
{
    /// <summary>The embedding of a <c>[SEG]</c>; null for what is shown.</summary>
    public float[]? Embedding { get; init; }

    /// <summary>Hints given by hand.</summary>
    public IReadOnlyList<VisualPrompt> Shown { get; init; } = [];
}

/// <summary>The mask of an object on a frame.</summary>
/// <param name="ObjectId">Whose.</param>
/// <param name="Pixels">In the frame's size, row by row, 0 or 1.</param>
/// <param name="ObjectScore">Logit of "the object is in this frame".</param>
/// <param name="PredictedIou">The decoder's own estimate.</param>
public sealed record FollowedMask(int ObjectId, byte[] Pixels, float ObjectScore, float PredictedIou);

/// <summary>A frame with the masks of all objects, in the order of the objects. Owns the frame.</summary>
public sealed record FollowedFrame(VideoFrame Frame, IReadOnlyList<FollowedMask> Masks) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Frame.Dispose();
}
