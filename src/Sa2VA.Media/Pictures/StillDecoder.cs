using System.Globalization;

namespace Sa2VA.Media;

/// <summary>Decodes one WebP or BMP by an ffmpeg process, which gets it through its standard input and opens no file itself.</summary>
internal static class StillDecoder
{
    /// <summary>The picture, transparency composed over black. The caller disposes of it.</summary>
    /// <exception cref="MediaException">It is damaged, or has changed since its header was read.</exception>
    public static async Task<RgbImage> ReadAsync(string path, PictureHeader header, MediaLimits limits, CancellationToken cancellationToken)
    {
        var bytes = await LoadAsync(path, cancellationToken);
        var errors = new ErrorTail(limits.MaxErrorOutput);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limits.StallTimeout);
        var process = ToolProcess.Start(MediaTools.Ffmpeg, Arguments(header, limits), line =>
        {
            errors.Add(line);
            return ValueTask.CompletedTask;
        });
        await using (process)
        {
            // A blocking read on a pipe does not see tokens; killing the process ends it.
            await using var registration = patience.Token.Register(process.Kill);
            var feeding = FeedAsync(process, bytes);
            var image = new RgbImage(header.Width, header.Height);
            try
            {
                var read = await process.Output.ReadAtLeastAsync(image.Memory, image.ByteCount, throwOnEndOfStream: false, CancellationToken.None);
                await feeding;
                if (read == image.ByteCount) return image;
                await process.WaitAsync(CancellationToken.None);
                cancellationToken.ThrowIfCancellationRequested();
                throw patience.IsCancellationRequested
                    ? new MediaException(MediaErrorKind.Timeout, $"ffmpeg delivered nothing for {limits.StallTimeout.TotalSeconds:0} seconds at picture '{path}'.")
                    : new MediaException(MediaErrorKind.Damaged, $"'{path}' cannot be decoded; copy it again. ffmpeg said: {errors.Summary()}");
            }
            catch
            {
                image.Dispose();
                throw;
            }
        }
    }

    private static string[] Arguments(PictureHeader header, MediaLimits limits)
    {
        var format = header.Kind == PictureKind.WebP ? "webp_pipe" : "bmp_pipe";
        return
        [
            "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+error", "-max_alloc", ToolArguments.Text(limits.MaxToolAllocation),
            "-threads", ToolArguments.Text(limits.ToolThreads), "-err_detect", "explode", "-xerror",
            "-protocol_whitelist", "pipe", "-format_whitelist", format, "-max_pixels", ToolArguments.Text(limits.MaxPixels),
            "-noautorotate", "-f", format, "-i", "pipe:0", "-map", "0:0", "-frames:v", "1",
            "-vf", string.Create(CultureInfo.InvariantCulture,
                $"{(header.HasAlpha ? "format=gbrap,premultiply=inplace=1," : "")}scale={header.Width}:{header.Height}:flags=bicubic+accurate_rnd+full_chroma_int+bitexact,format=rgb24"),
            "-c:v", "rawvideo", "-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1",
        ];
    }

    private static async Task FeedAsync(ToolProcess process, byte[] bytes)
    {
        try
        {
            await process.Input.WriteAsync(bytes, CancellationToken.None);
            process.Input.Close();
        }
        catch (IOException)
        {
            // The process has ended or is being ended; whoever waits for the picture finds out why.
        }
    }

    private static async Task<byte[]> LoadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new MediaException(MediaErrorKind.AccessDenied, $"'{path}' cannot be read: {e.Message}", innerException: e);
        }
    }
}
