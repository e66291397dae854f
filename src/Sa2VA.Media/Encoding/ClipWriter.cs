namespace Sa2VA.Media;

/// <summary>What to write of a clip; at least one of the two.</summary>
/// <param name="PictureFolder">A new folder for <c>00000.jpg</c>, <c>00001.jpg</c> … in the best quality that JPEG has without loss of colour resolution; null for none.</param>
/// <param name="Video">A file for H.264 in MP4, nearly lossless; replaced when it exists; null for none.</param>
public sealed record ClipOutputs(string? PictureFolder, string? Video);

/// <summary>
/// Writes frames as the pictures of a dataset and as a video at once, with one ffmpeg process. Both appear whole, after
/// <see cref="CompleteAsync"/>: they are written under temporary names beside their own. Disposing without completing removes them.
/// </summary>
public sealed class ClipWriter : IAsyncDisposable
{
    private readonly EncoderPipe _pipe;
    private readonly ClipOutputs _outputs;
    private readonly int _frameBytes;
    private long _frames;

    private ClipWriter(EncoderPipe pipe, ClipOutputs outputs, int frameBytes) => (_pipe, _outputs, _frameBytes) = (pipe, outputs, frameBytes);

    /// <summary>Starts the encoder.</summary>
    /// <param name="outputs">What to write; the folders above must exist.</param>
    /// <param name="width">Width of every frame.</param>
    /// <param name="height">Height of every frame.</param>
    /// <param name="rate">Frames per second, exactly.</param>
    /// <param name="limits">Time-out and threads.</param>
    public static ClipWriter Start(ClipOutputs outputs, int width, int height, double rate, MediaLimits limits)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(limits);
        outputs = new ClipOutputs(outputs.PictureFolder is { } f ? Path.GetFullPath(f) : null, outputs.Video is { } v ? Path.GetFullPath(v) : null);
        var arguments = new List<string>();
        if (outputs.PictureFolder is { } folder)
        {
            var partial = Partial(folder);
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
            Directory.CreateDirectory(partial);
            // A percent sign in the path would be taken for a part of the pattern.
            arguments.AddRange(["-vf", "scale=out_color_matrix=bt601:out_range=pc:flags=accurate_rnd,format=yuvj444p", "-q:v", "2", "-start_number", "0",
                "-f", "image2", Path.Combine(partial.Replace("%", "%%", StringComparison.Ordinal), "%05d.jpg")]);
        }

        if (outputs.Video is { } video)
            arguments.AddRange(EncoderPipe.Mp4(Partial(video), "medium", crf: 12, limits));
        if (arguments.Count == 0)
            throw new ArgumentException("Name a folder for pictures, a video, or both.", nameof(outputs));
        var pipe = EncoderPipe.Start(width, height, rate, arguments, outputs.Video ?? outputs.PictureFolder!, limits);
        return new ClipWriter(pipe, outputs, checked(width * height * 3));
    }

    /// <summary>Writes the next frame [H, W, 3].</summary>
    /// <exception cref="MediaException">The encoder failed: a full disk, most often.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> rgb, CancellationToken cancellationToken)
    {
        if (rgb.Length != _frameBytes)
            throw new ArgumentException($"A frame has {_frameBytes} bytes, not {rgb.Length}.", nameof(rgb));
        await _pipe.WriteAsync(rgb, _frames, cancellationToken);
        _frames++;
    }

    /// <summary>Ends the files and gives them their names; the video's comes last.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_frames == 0)
            throw new InvalidOperationException("A clip needs at least one frame.");
        await _pipe.FinishAsync(_frames, cancellationToken);
        if (_outputs.PictureFolder is { } folder)
            Directory.Move(Partial(folder), folder);
        if (_outputs.Video is { } video)
            File.Move(Partial(video), video, overwrite: true);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _pipe.DisposeAsync();
        if (_outputs.PictureFolder is { } folder && Directory.Exists(Partial(folder)))
            Directory.Delete(Partial(folder), recursive: true);
        if (_outputs.Video is { } video && File.Exists(Partial(video)))
            File.Delete(Partial(video));
    }

    private static string Partial(string path) => path + ".partial";
}
