using System.Buffers;

namespace Sa2VA.Media;

/// <summary>
/// An 8-bit RGB picture, rows from top to bottom, three bytes a pixel. Its buffer comes from the shared pool and goes back on
/// <see cref="Dispose"/>; forgetting that costs an allocation, not correctness. Not safe for use after disposal.
/// </summary>
public sealed class RgbImage : IDisposable
{
    private byte[]? _buffer;

    /// <summary>Creates a picture with undefined content.</summary>
    public RgbImage(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        Width = width;
        Height = height;
        ByteCount = checked(width * height * 3);
        _buffer = ArrayPool<byte>.Shared.Rent(ByteCount);
    }

    /// <summary>Copies a picture of <paramref name="width"/> x <paramref name="height"/> from RGB bytes.</summary>
    public RgbImage(int width, int height, ReadOnlySpan<byte> pixels)
        : this(width, height)
    {
        if (pixels.Length != ByteCount)
            throw new ArgumentException($"{width}x{height} pixels need {ByteCount} bytes; {pixels.Length} were given.", nameof(pixels));
        pixels.CopyTo(Pixels);
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Width x height x 3.</summary>
    public int ByteCount { get; }

    /// <summary>The pixels: exactly <see cref="ByteCount"/> bytes [H, W, 3].</summary>
    public Span<byte> Pixels => Memory.Span;

    /// <summary>The pixels as memory, for asynchronous reads and writes.</summary>
    public Memory<byte> Memory => Buffer.AsMemory(0, ByteCount);

    private byte[] Buffer => _buffer ?? throw new ObjectDisposedException(nameof(RgbImage));

    /// <summary>One row, 3 x width bytes.</summary>
    public Span<byte> Row(int y) => Pixels.Slice(y * Width * 3, Width * 3);

    /// <summary>A copy with a buffer of its own.</summary>
    public RgbImage Clone() => new(Width, Height, Pixels);

    /// <summary>A copy of a rectangle.</summary>
    public RgbImage Crop(int x, int y, int width, int height)
    {
        if (x < 0 || y < 0 || width <= 0 || height <= 0 || x + width > Width || y + height > Height)
            throw new ArgumentOutOfRangeException(nameof(width), $"The rectangle {x},{y} {width}x{height} does not lie inside {Width}x{Height}.");
        var crop = new RgbImage(width, height);
        for (var row = 0; row < height; row++)
            Row(y + row).Slice(x * 3, width * 3).CopyTo(crop.Row(row));
        return crop;
    }

    /// <summary>
    /// Resizes as Pillow's <c>Image.resize((width, height))</c> does by default, to the byte: bicubic (a = -0.5) with anti-aliasing,
    /// aspect ratio not kept. Sa2VA's and SAM 2's frame preparation is defined by it.
    /// </summary>
    public RgbImage ResizeBicubic(int width, int height) => PillowResize.Bicubic(this, width, height);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
