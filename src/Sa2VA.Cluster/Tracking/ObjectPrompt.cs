using Sa2VA.Models.Sam2.Tracking;

namespace Sa2VA.Cluster.Tracking;

/// <summary>How one object is shown to the tracker on one frame.</summary>
internal abstract record ObjectPrompt(int ObjectId)
{
    /// <summary>Clicks or a box, in pixels of the video.</summary>
    public sealed record Points(int ObjectId, PointPrompt Prompt) : ObjectPrompt(ObjectId);

    /// <summary>A mask in the size of the video, row by row, 0 or 1.</summary>
    public sealed record Mask(int ObjectId, byte[] Pixels) : ObjectPrompt(ObjectId);

    /// <summary>The embedding of a <c>[SEG]</c>; the protocol says how the tracker learns of it.</summary>
    public sealed record Sentence(int ObjectId, float[] Embedding) : ObjectPrompt(ObjectId);

    /// <summary>The embedding of a later answer, which overrules the tracker or does not. With <paramref name="Insists"/> the track is in doubt anyway.</summary>
    public sealed record Again(int ObjectId, float[] Embedding, bool Insists) : ObjectPrompt(ObjectId);
}
