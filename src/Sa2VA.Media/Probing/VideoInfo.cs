namespace Sa2VA.Media;

/// <summary>What the probe found out about a video. Frames are described as they will be delivered: turned upright, progressive, RGB.</summary>
/// <param name="Path">The file, or the folder of pictures.</param>
/// <param name="Width">Width in pixels, after rotation.</param>
/// <param name="Height">Height in pixels, after rotation.</param>
/// <param name="Rotation">The clockwise quarter turns, in degrees, that delivery applies: 0, 90, 180 or 270.</param>
/// <param name="Duration">Seconds from the first frame to the end of the last one.</param>
/// <param name="FrameCount">Frames that can be read.</param>
/// <param name="FrameRate">Average rate; for display and for overlays, never for finding a frame.</param>
/// <param name="TimeBase">Seconds per unit of a presentation timestamp.</param>
/// <param name="Codec">ffmpeg's name of the codec, as <c>h264</c>.</param>
/// <param name="PixelFormat">ffmpeg's name of the stored pixel format, as <c>yuv420p10le</c>.</param>
/// <param name="Container">ffmpeg's name of the container, as <c>mov,mp4,m4a,3gp,3g2,mj2</c>; <c>pictures</c> for a folder of them.</param>
public sealed record VideoInfo(
    string Path, int Width, int Height, int Rotation, double Duration, long FrameCount, Rational FrameRate, Rational TimeBase,
    string Codec, string PixelFormat, string Container)
{
    /// <summary>Every frame's timestamp.</summary>
    public required FrameTable Frames { get; init; }

    /// <summary>Index of the stream inside the container.</summary>
    public required int StreamIndex { get; init; }

    /// <summary>Frames do not come at one steady rate.</summary>
    public bool IsVariableRate { get; init; }

    /// <summary>Stored as two fields per frame; delivery de-interlaces (one frame out per frame in).</summary>
    public bool IsInterlaced { get; init; }

    /// <summary>Stored with transparency; delivery composes it over black.</summary>
    public bool HasAlpha { get; init; }

    /// <summary>The file ends before its content does: reading past the last of <see cref="FrameCount"/> frames throws.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>It is one picture, given as a file, and no video: its one frame has no time.</summary>
    public bool IsStill { get; init; }

    /// <summary>A steady rate that suits an overlay: the median rate of the frames, between 1 and 120 per second.</summary>
    public double NominalRate { get; init; }

    /// <summary>ffmpeg filters that turn the stored picture upright, or empty.</summary>
    internal string OrientationFilters { get; init; } = "";

    /// <summary>Time of a frame in seconds, on the container's clock.</summary>
    public double Seconds(long pts) => pts * TimeBase.Value;
}
