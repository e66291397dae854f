using System.Globalization;

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

    private readonly ToolProcess _process;
    private readonly ErrorTail _errors;
    private readonly MediaLimits _limits;
    private readonly string _path;
    private readonly string _partial;
    private readonly int _width;
    private readonly int _height;
    private readonly double _rate;
    private RgbImage? _held;
    private double _firstSeconds;
    private long _ticks;
    private bool _completed;

    private OverlayWriter(ToolProcess process, ErrorTail errors, MediaLimits limits, string path, string partial, int width, int height, double rate)
    {
        (_process, _errors, _limits, _path, _partial) = (process, errors, limits, path, partial);
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
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (rate is not (> 0 and <= 1000))
            throw new ArgumentOutOfRangeException(nameof(rate), $"A rate between 0 and 1000 frames per second was expected, not {rate}.");
        path = Path.GetFullPath(path);
        var partial = path + ".partial";
        var errors = new ErrorTail(limits.MaxErrorOutput);
        string[] arguments =
        [
            "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+error", "-y",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", string.Create(CultureInfo.InvariantCulture, $"{width}x{height}"),
            "-r", rate.ToString("0.######", CultureInfo.InvariantCulture), "-i", "pipe:0",
            // 4:2:0 needs even sides; BT.709 in video range, said so in the file, is what players assume.
            "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd,format=yuv420p",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-threads", ToolArguments.Text(limits.ToolThreads),
            "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
            "-movflags", "+faststart", "-f", "mp4", "file:" + partial,
        ];
        var process = ToolProcess.Start(MediaTools.Ffmpeg, arguments, line =>
        {
            errors.Add(line);
            return ValueTask.CompletedTask;
        });
        return new OverlayWriter(process, errors, limits, path, partial, width, height, rate);
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
        try
        {
            _process.Input.Close();
        }
        catch (IOException)
        {
            // The encoder is gone; its exit code tells why.
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_limits.StallTimeout);
        int exitCode;
        try
        {
            exitCode = await _process.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MediaException(MediaErrorKind.Timeout, $"ffmpeg did not finish '{_path}' within {_limits.StallTimeout.TotalSeconds:0} seconds.");
        }

        if (exitCode != 0)
            throw Failed(exitCode, null);
        File.Move(_partial, _path, overwrite: true);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _held?.Dispose();
        _held = null;
        await _process.DisposeAsync();
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
        cancellationToken.ThrowIfCancellationRequested();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_limits.StallTimeout);
        await using var registration = patience.Token.Register(_process.Kill);
        try
        {
            await _process.Input.WriteAsync(picture.Memory, CancellationToken.None);
            _ticks++;
        }
        catch (IOException e)
        {
            var exitCode = await _process.WaitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            throw Failed(exitCode, e);
        }
    }

    private MediaException Failed(int exitCode, Exception? inner) => new(MediaErrorKind.ToolFailed,
        $"ffmpeg could not write '{_path}' (exit code {exitCode}, frame {FramesWritten}): {_errors.Summary()}", FramesWritten, inner);
}
