namespace Sa2VA.Media;

/// <summary>
/// An ffmpeg process that is given raw RGB frames and writes files. Writing waits when the encoder does; an encoder that takes nothing for
/// longer than <see cref="MediaLimits.StallTimeout"/> is killed. Disposing kills what still runs.
/// </summary>
internal sealed class EncoderPipe : IAsyncDisposable
{
    private readonly ToolProcess _process;
    private readonly ErrorTail _errors;
    private readonly MediaLimits _limits;
    private readonly string _target;

    private EncoderPipe(ToolProcess process, ErrorTail errors, MediaLimits limits, string target) =>
        (_process, _errors, _limits, _target) = (process, errors, limits, target);

    /// <summary>Starts ffmpeg.</summary>
    /// <param name="width">Width of every frame.</param>
    /// <param name="height">Height of every frame.</param>
    /// <param name="rate">Frames per second.</param>
    /// <param name="outputs">Everything after the input.</param>
    /// <param name="target">What is being written, for messages.</param>
    /// <param name="limits">Time-out and error output.</param>
    public static EncoderPipe Start(int width, int height, double rate, IEnumerable<string> outputs, string target, MediaLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (rate is not (> 0 and <= 1000))
            throw new ArgumentOutOfRangeException(nameof(rate), $"A rate between 0 and 1000 frames per second was expected, not {rate}.");
        var errors = new ErrorTail(limits.MaxErrorOutput);
        var process = ToolProcess.Start(MediaTools.Ffmpeg, [.. Input(width, height, rate), .. outputs], line =>
        {
            errors.Add(line);
            return ValueTask.CompletedTask;
        });
        return new EncoderPipe(process, errors, limits, target);
    }

    /// <summary>Hands a frame over. <paramref name="frame"/> is its number, for messages.</summary>
    /// <exception cref="MediaException">The encoder failed: a full disk, most often.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> rgb, long frame, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_limits.StallTimeout);
        await using var registration = patience.Token.Register(_process.Kill);
        try
        {
            await _process.Input.WriteAsync(rgb, CancellationToken.None);
        }
        catch (IOException e)
        {
            var exitCode = await _process.WaitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            throw Failed(exitCode, frame, e);
        }
    }

    /// <summary>Says that no frame follows, and waits until the files are whole.</summary>
    public async Task FinishAsync(long frames, CancellationToken cancellationToken)
    {
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
            throw new MediaException(MediaErrorKind.Timeout, $"ffmpeg did not finish '{_target}' within {_limits.StallTimeout.TotalSeconds:0} seconds.");
        }

        if (exitCode != 0)
            throw Failed(exitCode, frames, null);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>H.264 in MP4 that plays everywhere and while it downloads; odd sides are padded by a pixel.</summary>
    public static IEnumerable<string> Mp4(string path, string preset, int crf, MediaLimits limits) =>
    [
        // 4:2:0 needs even sides; BT.709 in video range, said so in the file, is what players assume.
        "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd,format=yuv420p",
        "-c:v", "libx264", "-preset", preset, "-crf", ToolArguments.Text(crf), "-threads", ToolArguments.Text(limits.ToolThreads),
        "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
        "-movflags", "+faststart", "-f", "mp4", "file:" + path,
    ];

    private static IEnumerable<string> Input(int width, int height, double rate) =>
    [
        "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+error", "-y",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{width}x{height}", "-r", rate.ToString("0.######"), "-i", "pipe:0",
    ];

    private MediaException Failed(int exitCode, long frame, Exception? inner) => new(MediaErrorKind.ToolFailed,
        $"ffmpeg could not write '{_target}' (exit code {exitCode}, frame {frame}): {_errors.Summary()}", frame, inner);
}
