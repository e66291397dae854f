namespace Sa2VA.Cluster.Runs;

/// <summary>
/// The frames of a file that a run works on: <see cref="First"/>, <see cref="First"/> + <see cref="Stride"/>, ... up to
/// <see cref="Last"/>, by index in presentation order from 0. <em>Step</em> k of a run is its k-th selected frame.
/// </summary>
public sealed record FrameSelection(int First, int? Last, int Stride)
{
    /// <summary>Every frame.</summary>
    public static FrameSelection All { get; } = new(0, null, 1);

    /// <summary>Number of steps when the file has <paramref name="frameCount"/> frames.</summary>
    public int Steps(long frameCount)
    {
        var last = Math.Min(Last ?? long.MaxValue, frameCount - 1);
        return last < First ? 0 : (int)((last - First) / Stride) + 1;
    }

    /// <summary>Index in the file of step <paramref name="step"/>.</summary>
    public int FrameOf(int step) => First + step * Stride;

    /// <summary>The step that works on a frame of the file, or null when the selection leaves it out.</summary>
    public int? StepOf(int frame)
        => frame >= First && (Last is not { } last || frame <= last) && (frame - First) % Stride == 0 ? (frame - First) / Stride : null;
}
