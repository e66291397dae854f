namespace Sa2VA.Media;

/// <summary>Which frames to read. Either a range with a stride, or a list.</summary>
public sealed record ReadOptions
{
    /// <summary>Index of the first frame. Default 0.</summary>
    public int FirstFrame { get; init; }

    /// <summary>Index of the last frame, inclusive. Default: the end of the video.</summary>
    public int? LastFrame { get; init; }

    /// <summary>Every how many frames, counted from <see cref="FirstFrame"/>. Default 1.</summary>
    public int Stride { get; init; } = 1;

    /// <summary>Indices to read, strictly increasing; when set, the range and the stride are not used.</summary>
    public IReadOnlyList<int>? Frames { get; init; }

    /// <summary>Limits on time and memory.</summary>
    public MediaLimits Limits { get; init; } = MediaLimits.Default;

    /// <summary>Told the id of the decoder process once it runs (tests kill it to see what is reported).</summary>
    internal Action<int>? DecoderStarted { get; init; }

    /// <summary>The indices that a read will deliver, in order.</summary>
    /// <exception cref="ArgumentException">The options contradict themselves or the video.</exception>
    public IReadOnlyList<int> Select(long frameCount)
    {
        if (Frames is { } list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (list[i] < 0 || list[i] >= frameCount)
                    throw new ArgumentException($"Frame {list[i]} was asked for; the video has frames 0 to {frameCount - 1}.", nameof(frameCount));
                if (i > 0 && list[i] <= list[i - 1])
                    throw new ArgumentException($"A list of frames must increase; {list[i]} follows {list[i - 1]}.", nameof(frameCount));
            }

            return list;
        }

        var last = LastFrame ?? (int)(frameCount - 1);
        if (Stride < 1)
            throw new ArgumentException($"The stride must be at least 1, not {Stride}.", nameof(frameCount));
        if (FirstFrame < 0 || last >= frameCount || FirstFrame > last)
            throw new ArgumentException($"Frames {FirstFrame} to {last} were asked for; the video has frames 0 to {frameCount - 1}.", nameof(frameCount));
        var selected = new int[(last - FirstFrame) / Stride + 1];
        for (var i = 0; i < selected.Length; i++)
            selected[i] = FirstFrame + i * Stride;
        return selected;
    }
}
