using System.Globalization;
using System.Text;

namespace Sa2VA.Media;

/// <summary>
/// One ffmpeg process that decodes a row of JPEG files of one size. They are fed through its standard input as parts of a MIME stream, so
/// that each part is one picture whatever else its file holds, and so that the process itself opens no file.
/// </summary>
internal sealed class JpegDecoder : IAsyncDisposable
{
    private readonly PictureHeader _header;
    private readonly MediaLimits _limits;
    private readonly ErrorTail _errors;
    private readonly ToolProcess _process;
    private readonly CancellationTokenSource _leaving = new();
    private readonly Task _feeding;
    private MediaException? _unreadable;

    /// <summary>Starts decoding; <paramref name="header"/> is what every file must say about itself.</summary>
    public JpegDecoder(IEnumerable<string> paths, PictureHeader header, MediaLimits limits, Action<int>? started)
    {
        (_header, _limits) = (header, limits);
        _errors = new ErrorTail(limits.MaxErrorOutput);
        _process = ToolProcess.Start(MediaTools.Ffmpeg, Arguments(header, limits), line =>
        {
            _errors.Add(line);
            return ValueTask.CompletedTask;
        });
        started?.Invoke(_process.Id);
        _feeding = Task.Run(() => FeedAsync(paths));
    }

    /// <summary>What ffmpeg complained about.</summary>
    public string Complaint => _errors.Summary();

    /// <summary>
    /// The next picture; null when the decoder gave up on it or on one of the few behind it (it works ahead). A file that cannot be read or
    /// has another size is thrown once the pictures before it have been delivered.
    /// </summary>
    public async Task<RgbImage?> TryReadAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_limits.StallTimeout);
        // A blocking read on a pipe does not see tokens; killing the process ends it.
        await using var registration = patience.Token.Register(_process.Kill);
        var image = new RgbImage(_header.Width, _header.Height);
        if (await _process.Output.ReadAtLeastAsync(image.Memory, image.ByteCount, throwOnEndOfStream: false, CancellationToken.None) == image.ByteCount)
            return image;

        image.Dispose();
        cancellationToken.ThrowIfCancellationRequested();
        if (patience.IsCancellationRequested)
        {
            throw new MediaException(MediaErrorKind.Timeout,
                $"ffmpeg delivered nothing for {_limits.StallTimeout.TotalSeconds:0} seconds at picture '{path}'.");
        }

        await _process.WaitAsync(CancellationToken.None);
        await _feeding;
        return _unreadable is null ? null : throw _unreadable;
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        _process.Kill();
        await _feeding;
        await _process.DisposeAsync();
        _leaving.Dispose();
    }

    private static string[] Arguments(PictureHeader header, MediaLimits limits) =>
    [
        "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+error", "-max_alloc", ToolArguments.Text(limits.MaxToolAllocation),
        "-threads", ToolArguments.Text(limits.ToolThreads),
        // A damaged picture must end the process: otherwise it would come out grey in part, or not at all and shift the ones behind it.
        "-err_detect", "explode", "-xerror",
        "-protocol_whitelist", "pipe", "-format_whitelist", "mpjpeg", "-max_pixels", ToolArguments.Text(limits.MaxPixels),
        "-noautorotate", "-f", "mpjpeg", "-i", "pipe:0",
        "-map", "0:0",
        "-vf", string.Create(CultureInfo.InvariantCulture,
            $"scale={header.Width}:{header.Height}:flags=bicubic+accurate_rnd+full_chroma_int+bitexact,format=rgb24"),
        "-fps_mode", "passthrough", "-c:v", "rawvideo", "-pix_fmt", "rgb24", "-f", "rawvideo", "-flush_packets", "1", "pipe:1",
    ];

    private async Task FeedAsync(IEnumerable<string> paths)
    {
        try
        {
            foreach (var path in paths)
            {
                var bytes = await LoadAsync(path);
                await _process.Input.WriteAsync(
                    Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"--p\r\nContent-type: image/jpeg\r\nContent-length: {bytes.Length}\r\n\r\n")), _leaving.Token);
                await _process.Input.WriteAsync(bytes, _leaving.Token);
                await _process.Input.WriteAsync("\r\n"u8.ToArray(), _leaving.Token);
            }
        }
        catch (MediaException e)
        {
            _unreadable = e;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The process has ended or is being ended; whoever waits for the picture finds out why.
        }
        finally
        {
            CloseInput();
        }
    }

    private void CloseInput()
    {
        try
        {
            _process.Input.Close();
        }
        catch (IOException)
        {
            // It had already left.
        }
    }

    private async Task<byte[]> LoadAsync(string path)
    {
        try
        {
            var bytes = await File.ReadAllBytesAsync(path, _leaving.Token);
            using var stream = new MemoryStream(bytes);
            return PictureHeader.Parse(stream, path, _limits) == _header
                ? bytes
                : throw new MediaException(MediaErrorKind.Damaged, $"'{path}' was a {_header.Width}x{_header.Height} JPEG when it was listed and is another picture now.");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new MediaException(MediaErrorKind.AccessDenied, $"'{path}' cannot be read: {e.Message}", innerException: e);
        }
    }
}
