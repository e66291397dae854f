using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Sa2VA.Media;

/// <summary>Writes PNG files: RGB, with transparency or without, grey, or indexed with a palette (the way DAVIS and YouTube-VOS store masks).</summary>
public static class PngWriter
{
    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>Writes an RGB picture.</summary>
    public static void WriteRgb(Stream target, RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        Write(target, image.Width, image.Height, colourType: 2, bytesPerPixel: 3, image.Pixels, palette: []);
    }

    /// <summary>Writes a grey picture [H, W], one byte a pixel.</summary>
    public static void WriteGray(Stream target, int width, int height, ReadOnlySpan<byte> pixels) =>
        Write(target, width, height, colourType: 0, bytesPerPixel: 1, pixels, palette: []);

    /// <summary>Writes a picture with transparency [H, W, 4]: red, green, blue, and 255 where it is seen.</summary>
    public static void WriteRgba(Stream target, int width, int height, ReadOnlySpan<byte> pixels) =>
        Write(target, width, height, colourType: 6, bytesPerPixel: 4, pixels, palette: []);

    /// <summary>Writes an indexed picture [H, W]: a byte is an entry of the palette (RGB triples, at most 256; DAVIS's when null).</summary>
    public static void WriteIndexed(Stream target, int width, int height, ReadOnlySpan<byte> indices, ReadOnlySpan<byte> palette = default)
    {
        if (palette.IsEmpty)
            palette = ObjectPalette.Davis;
        if (palette.Length is 0 or > 768 || palette.Length % 3 != 0)
            throw new ArgumentException($"A palette holds 1 to 256 RGB triples, not {palette.Length} bytes.", nameof(palette));
        Write(target, width, height, colourType: 3, bytesPerPixel: 1, indices, palette);
    }

    private static void Write(
        Stream target, int width, int height, byte colourType, int bytesPerPixel, ReadOnlySpan<byte> pixels, ReadOnlySpan<byte> palette)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (pixels.Length != (long)width * height * bytesPerPixel)
            throw new ArgumentException($"{width}x{height} pixels of {bytesPerPixel} bytes were expected, not {pixels.Length} bytes.", nameof(pixels));

        target.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;
        header[9] = colourType;
        header[10..].Clear();
        WriteChunk(target, "IHDR", header);
        if (!palette.IsEmpty)
            WriteChunk(target, "PLTE", palette);
        WriteChunk(target, "IDAT", Compress(pixels, width * bytesPerPixel, bytesPerPixel, adaptive: colourType is 2 or 6));
        WriteChunk(target, "IEND", []);
    }

    private static byte[] Compress(ReadOnlySpan<byte> pixels, int stride, int step, bool adaptive)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var above = new byte[stride];
            var best = new byte[stride];
            var trial = new byte[stride];
            for (var at = 0; at < pixels.Length; at += stride)
            {
                var row = pixels.Slice(at, stride);
                // Masks and other flat pictures compress best unfiltered; photographs with the filter of the smallest residue.
                var filter = 0;
                var cost = PngFilter.Apply(0, row, above, step, best);
                for (var candidate = 1; adaptive && candidate < PngFilter.Count; candidate++)
                {
                    var candidateCost = PngFilter.Apply(candidate, row, above, step, trial);
                    if (candidateCost >= cost)
                        continue;
                    (filter, cost) = (candidate, candidateCost);
                    (best, trial) = (trial, best);
                }

                zlib.WriteByte((byte)filter);
                zlib.Write(best);
                row.CopyTo(above);
            }
        }

        return packed.ToArray();
    }

    private static void WriteChunk(Stream target, string type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        target.Write(word);
        Span<byte> name = stackalloc byte[4];
        Encoding.ASCII.GetBytes(type, name);
        target.Write(name);
        target.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc32.Finish(Crc32.Append(Crc32.Append(Crc32.Start, name), data)));
        target.Write(word);
    }
}
