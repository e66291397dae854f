namespace Sa2VA.Media;

/// <summary>
/// Writes maps of object numbers as a video without loss: FFV1 in Matroska, full colour, DAVIS's palette. Complete only after
/// <see cref="CompleteAsync"/>, under its own name then; disposing without it removes it.
/// </summary>
public sealed class MaskVideoWriter : IAsyncDisposable
{
    private readonly EncoderPipe _pipe;
    private readonly string _path;
    private readonly byte[] _picture;
    private long _frames;

    private MaskVideoWriter(EncoderPipe pipe, string path, int pixels) => (_pipe, _path, _picture) = (pipe, path, new byte[pixels * 3]);

    /// <summary>Starts the encoder.</summary>
    /// <param name="path">The file; the folder above must exist, and one that is there is replaced.</param>
    /// <param name="width">Width of every frame.</param>
    /// <param name="height">Height of every frame.</param>
    /// <param name="rate">Frames per second.</param>
    /// <param name="limits">Time-out and threads.</param>
    public static MaskVideoWriter Start(string path, int width, int height, double rate, MediaLimits limits)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(limits);
        path = Path.GetFullPath(path);
        // Nothing that changes from time to time, as Matroska's random ids: the same masks are the same bytes.
        string[] outputs = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-c:v", "ffv1", "-level", "3", "-g", "1", "-slicecrc", "1", "-pix_fmt", "bgr0", "-threads", ToolArguments.Text(limits.ToolThreads), "-f", "matroska", "file:" + Partial(path)];
        return new MaskVideoWriter(EncoderPipe.Start(width, height, rate, outputs, path, limits), path, checked(width * height));
    }

    /// <summary>Writes the next map [H, W] of entries of the palette.</summary>
    /// <exception cref="MediaException">The encoder failed: a full disk, most often.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> numbers, CancellationToken cancellationToken)
    {
        if (numbers.Length * 3 != _picture.Length)
            throw new ArgumentException($"A frame has {_picture.Length / 3} pixels, not {numbers.Length}.", nameof(numbers));
        Paint(numbers.Span);
        await _pipe.WriteAsync(_picture, _frames, cancellationToken);
        _frames++;
    }

    /// <summary>Ends the file and gives it its name.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await _pipe.FinishAsync(_frames, cancellationToken);
        File.Move(Partial(_path), _path, overwrite: true);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _pipe.DisposeAsync();
        if (File.Exists(Partial(_path)))
            File.Delete(Partial(_path));
    }

    private static string Partial(string path) => path + ".partial";

    private void Paint(ReadOnlySpan<byte> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
            ObjectPalette.Davis.Slice(numbers[i] * 3, 3).CopyTo(_picture.AsSpan(i * 3));
    }
}
