namespace Sa2VA.Media;

/// <summary>
/// Writes the video people look at: frames with tinted masks and a legend, H.264 in MP4 (yuv420p, playable while it downloads). One
/// ffmpeg process behind a pipe; writing waits when the encoder does. Frames keep their time: at a variable rate a frame is repeated until
/// the next is due, on the grid of the rate given.
/// </summary>
/// <remarks>
/// The file is complete only after <see cref="CompleteAsync"/>; it is written under a temporary name in the same folder and renamed then,
/// so a reader never sees half of one. Disposing without completing removes it.
/// </remarks>
public sealed class OverlayWriter : IAsyncDisposable
{
    /// <summary>A pause longer than this is shortened to it.</summary>
    private const double MaxHoldSeconds = 10;

    private readonly EncoderPipe _pipe;
    private readonly string _path;
    private readonly string _partial;
    private readonly int _width;
    private readonly int _height;
    private readonly double _rate;
    private RgbImage? _held;
    private double _firstSeconds;
    private long _ticks;
    private bool _completed;

    private OverlayWriter(EncoderPipe pipe, string path, string partial, int width, int height, double rate)
    {
        (_pipe, _path, _partial) = (pipe, path, partial);
        (_width, _height, _rate) = (width, height, rate);
    }

    /// <summary>Frames given so far.</summary>
    public long FramesWritten { get; private set; }

    /// <summary>Starts the encoder.</summary>
    /// <param name="path">The MP4 to write; replaced when it exists.</param>
    /// <param name="width">Width of every frame; odd sizes are padded by a pixel.</param>
    /// <param name="height">Height of every frame.</param>
    /// <param name="rate">Frames per second, as <see cref="VideoInfo.NominalRate"/> (divided by the stride).</param>
    /// <param name="limits">Time-out and threads.</param>
    public static OverlayWriter Start(string path, int width, int height, double rate, MediaLimits limits)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(limits);
        path = Path.GetFullPath(path);
        var partial = path + ".partial";
        var pipe = EncoderPipe.Start(width, height, rate, EncoderPipe.Mp4(partial, "veryfast", crf: 20, limits), path, limits);
        return new OverlayWriter(pipe, path, partial, width, height, rate);
    }

    /// <summary>Tints a copy of the frame, draws the legend, and hands it to the encoder. Frames come in order of time.</summary>
    /// <exception cref="MediaException">The encoder failed: a full disk, most often.</exception>
    public Task WriteAsync(VideoFrame frame, IReadOnlyList<ObjectMask> objects, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return WriteAsync(frame.Image, frame.Seconds, objects, cancellationToken);
    }

    /// <summary>The same for a picture and its time in seconds.</summary>
    public async Task WriteAsync(RgbImage frame, double seconds, IReadOnlyList<ObjectMask> objects, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(objects);
        if (frame.Width != _width || frame.Height != _height)
            throw new ArgumentException($"The overlay has frames of {_width}x{_height}; one of {frame.Width}x{frame.Height} was given.", nameof(frame));

        if (_held is null)
            _firstSeconds = seconds;
        else
            await RepeatUntilAsync(seconds, cancellationToken);
        _held?.Dispose();
        _held = frame.Clone();
        MaskTint.Apply(_held, objects);
        Legend.Draw(_held, objects);
        await SendAsync(_held, cancellationToken);
        FramesWritten++;
    }

    /// <summary>Ends the file and gives it its name.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        if (_held is null)
            throw new InvalidOperationException("An overlay needs at least one frame.");
        _completed = true;
        await _pipe.FinishAsync(FramesWritten, cancellationToken);
        File.Move(_partial, _path, overwrite: true);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _held?.Dispose();
        _held = null;
        await _pipe.DisposeAsync();
        if (File.Exists(_partial))
            File.Delete(_partial);
    }

    /// <summary>Fills the grid up to the tick at which the next frame is due; frames that come closer than a tick are all kept.</summary>
    private async Task RepeatUntilAsync(double seconds, CancellationToken cancellationToken)
    {
        var due = (long)Math.Round((seconds - _firstSeconds) * _rate);
        var longest = _ticks + (long)(MaxHoldSeconds * _rate);
        if (due > longest)
        {
            _firstSeconds += (due - longest) / _rate;
            due = longest;
        }

        while (_ticks < due)
            await SendAsync(_held!, cancellationToken);
    }

    private async Task SendAsync(RgbImage picture, CancellationToken cancellationToken)
    {
        await _pipe.WriteAsync(picture.Memory, FramesWritten, cancellationToken);
        _ticks++;
    }
}
