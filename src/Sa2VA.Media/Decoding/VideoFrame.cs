namespace Sa2VA.Media;

/// <summary>One decoded frame. Owns its picture: dispose it when done, and the buffer is used for a later frame.</summary>
/// <param name="index">Place of the frame in the order of presentation, from 0: the same number in every read of the file.</param>
/// <param name="pts">Presentation timestamp in units of <see cref="VideoInfo.TimeBase"/>.</param>
/// <param name="seconds">The same in seconds on the container's clock.</param>
/// <param name="image">The picture, upright RGB.</param>
public sealed class VideoFrame(int index, long pts, double seconds, RgbImage image) : IDisposable
{
    /// <summary>Place of the frame in the order of presentation, from 0.</summary>
    public int Index { get; } = index;

    /// <summary>Presentation timestamp in units of <see cref="VideoInfo.TimeBase"/>.</summary>
    public long Pts { get; } = pts;

    /// <summary>Presentation time in seconds on the container's clock.</summary>
    public double Seconds { get; } = seconds;

    /// <summary>The picture, upright RGB, of the probe's width and height.</summary>
    public RgbImage Image { get; } = image;

    /// <inheritdoc/>
    public void Dispose() => Image.Dispose();
}
