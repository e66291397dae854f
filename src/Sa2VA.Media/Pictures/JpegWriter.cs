namespace Sa2VA.Media;

/// <summary>Writes single pictures as JPEG, with ffmpeg.</summary>
public static class JpegWriter
{
    /// <summary>A picture as a JPEG file of good quality.</summary>
    /// <param name="image">The picture; borrowed.</param>
    /// <param name="limits">Time-out and error output.</param>
    /// <param name="cancellationToken">Stops ffmpeg.</param>
    /// <exception cref="MediaException">ffmpeg failed, or took too long.</exception>
    public static async Task<byte[]> WriteAsync(RgbImage image, MediaLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(limits);
        var errors = new ErrorTail(limits.MaxErrorOutput);
        await using var process = ToolProcess.Start(MediaTools.Ffmpeg, Arguments(image), line =>
        {
            errors.Add(line);
            return ValueTask.CompletedTask;
        });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limits.StallTimeout);
        await using var registration = patience.Token.Register(process.Kill);
        var jpeg = new MemoryStream();
        var reading = process.Output.CopyToAsync(jpeg, CancellationToken.None);
        try
        {
            await process.Input.WriteAsync(image.Memory, CancellationToken.None);
            process.Input.Close();
        }
        catch (IOException)
        {
            // It ended early; its exit code says why.
        }

        await reading;
        var exitCode = await process.WaitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return exitCode == 0 && jpeg.Length > 0
            ? jpeg.ToArray() : throw new MediaException(MediaErrorKind.ToolFailed, $"ffmpeg could not write a picture of {image.Width}x{image.Height} (exit code {exitCode}): {errors.Summary()}");
    }

    private static string[] Arguments(RgbImage image) =>
    [
        "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{image.Width}x{image.Height}", "-i", "pipe:0",
        "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p", "-threads", "1", "-f", "image2pipe", "pipe:1",
    ];
}
