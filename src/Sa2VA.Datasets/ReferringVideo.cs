using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets;

/// <summary>One video of a dataset. Frames and masks are read when asked for; a video may be read by several threads.</summary>
public abstract class ReferringVideo
{
    /// <summary>As the dataset calls it; may hold slashes where frames lie in nested folders.</summary>
    public abstract string Id { get; }

    /// <summary>Width of frames and masks in pixels.</summary>
    public abstract int Width { get; }

    /// <summary>Height of frames and masks in pixels.</summary>
    public abstract int Height { get; }

    /// <summary>Names of the frames without extension, in order of time; predictions of others are filed under them.</summary>
    public abstract IReadOnlyList<string> FrameNames { get; }

    /// <summary>The sentences.</summary>
    public abstract IReadOnlyList<ReferringExpression> Expressions { get; }

    /// <summary>What to give to ffmpeg-based readers: a video file, or the folder of the frames' pictures.</summary>
    public abstract string Source { get; }

    /// <summary>Whether masks are published, so that it can be scored here.</summary>
    public abstract bool HasTruth { get; }

    /// <summary>One frame.</summary>
    /// <param name="frame">Index into <see cref="FrameNames"/>.</param>
    /// <exception cref="DatasetException">The file is missing or damaged; the message names it.</exception>
    public abstract RgbImage ReadFrame(int frame);

    /// <summary>
    /// Several frames, in the order given. Videos of pictures decode them in one process, which is the way to read more than one; by
    /// default they are read one after the other. The caller disposes each.
    /// </summary>
    /// <exception cref="DatasetException">As <see cref="ReadFrame"/>; the frames before have been delivered.</exception>
    public virtual IAsyncEnumerable<RgbImage> ReadFramesAsync(IReadOnlyList<int> frames, CancellationToken cancellationToken = default) =>
        frames.ToAsyncEnumerable().Select(ReadFrame);

    /// <summary>Where the meant objects are, united; an empty mask where they are not. Size is that of the video.</summary>
    /// <exception cref="DatasetException">The dataset has no truth for it, or it is damaged.</exception>
    public abstract Rle Truth(ReferringExpression expression, int frame);

    /// <summary>ReasonSeg: pixels that are not scored, neither as right nor as wrong; null for none. The truth has none of them.</summary>
    public virtual Rle? Ignored(ReferringExpression expression, int frame) => null;

    /// <summary>ReVOS: everything that anything refers to on a frame, for the robustness score; null where the dataset has no such masks.</summary>
    public virtual Rle? Foreground(int frame) => null;
}
