using System.Collections.Immutable;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.ObjectSessions;

/// <summary>The frames of a video that a session is about.</summary>
/// <param name="Width">Pixels of the upright video.</param>
/// <param name="Height">Pixels of the upright video.</param>
/// <param name="FrameCount">Frames of the video.</param>
/// <param name="Frames">The ones that the language model sees, by their number in the video, in order.</param>
public sealed record SessionClip(int Width, int Height, long FrameCount, ImmutableArray<int> Frames);

/// <summary>A question that was answered.</summary>
/// <param name="Question">Word for word.</param>
/// <param name="AnswerStart">The words that the answer was begun with.</param>
/// <param name="Answer">What the model said after them.</param>
public sealed record ObjectTurn(string Question, string AnswerStart, string Answer);

/// <summary>What a session keeps: the masks of every object by its id, and what was said. All of it survives a restart.</summary>
public sealed record ObjectMemory
{
    /// <summary>Null before the video was opened.</summary>
    public SessionClip? Clip { get; init; }

    /// <summary>For each object a mask for every one of <see cref="SessionClip.Frames"/>.</summary>
    public ImmutableSortedDictionary<int, ImmutableArray<Rle>> Objects { get; init; } = ImmutableSortedDictionary<int, ImmutableArray<Rle>>.Empty;

    public ImmutableList<ObjectTurn> Turns { get; init; } = [];
}
