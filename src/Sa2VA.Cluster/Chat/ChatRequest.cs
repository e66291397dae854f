using Sa2VA.Cluster.Runs;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Chat;

/// <summary>What a conversation is about, and how its masks are made.</summary>
public sealed record ChatRequest
{
    /// <summary>Path of a video, a folder of frames, or a picture; null for a conversation about nothing to see.</summary>
    public string? Source { get; init; }

    /// <summary>Looks at this frame of a video alone, as at a still picture. Null looks at key frames.</summary>
    public int? Frame { get; init; }

    /// <summary>
    /// Parts of a still picture that questions call <c>region1</c>, <c>region2</c>, ...: masks in the picture's size, row by row, 0 or 1, none
    /// empty.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Regions { get; init; } = [];

    /// <summary>Frames of a video that the language model sees. Default 5, 1 to 64.</summary>
    public int KeyFrames { get; init; } = 5;

    /// <summary>How answers become tracks. Default <see cref="GroundingProtocol.Sa2vaI"/>.</summary>
    public GroundingProtocol Protocol { get; init; } = GroundingProtocol.Sa2vaI;

    /// <summary>What the file may cost before it is refused. The defaults take any camera's file.</summary>
    public MediaLimits Limits { get; init; } = MediaLimits.Default;
}
