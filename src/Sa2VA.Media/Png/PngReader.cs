using System.Buffers.Binary;
using System.IO.Compression;

namespace Sa2VA.Media;

/// <summary>Reads PNG files: grey, RGB and indexed, with or without alpha, 1 to 16 bits (16 is reduced to 8), not interlaced.</summary>
public static class PngReader
{
    private const long MaxPixels = 8192L * 8192;
    private const int MaxFileBytes = 512 << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="MediaException">There is no such file, or it is not a PNG that can be read.</exception>
    public static PngImage Read(string path)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxFileBytes })
                throw new MediaException(MediaErrorKind.LimitExceeded, $"'{path}' is larger than {MaxFileBytes >> 20} MiB.");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MediaException(MediaErrorKind.NotFound, $"There is no file '{path}'.", innerException: e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new MediaException(MediaErrorKind.AccessDenied, $"'{path}' cannot be read: {e.Message}", innerException: e);
        }

        return Read(bytes, path);
    }

    /// <summary>Reads bytes; <paramref name="name"/> is used in messages.</summary>
    public static PngImage Read(ReadOnlySpan<byte> bytes, string name)
    {
        if (!bytes.StartsWith(PngWriter.Signature))
            throw new MediaException(MediaErrorKind.Unsupported, $"'{name}' is not a PNG file. Convert it first: ffmpeg -i IN OUT.png");
        using var packed = new MemoryStream();
        Header? header = null;
        byte[] palette = [];
        for (var at = PngWriter.Signature.Length; ;)
        {
            var (type, data) = Chunk(bytes, ref at, name);
            switch (type)
            {
                case "IHDR":
                    header = Header.Parse(data, name);
                    break;
                case "PLTE":
                    // Pixels may name any entry; missing ones are black.
                    palette = new byte[768];
                    data[..Math.Min(data.Length, palette.Length)].CopyTo(palette);
                    break;
                case "IDAT":
                    packed.Write(data);
                    break;
                case "IEND":
                    packed.Position = 0;
                    return Decode(header ?? throw Damaged(name, "it has no header"), palette, packed, name);
            }
        }
    }

    private static (string Type, byte[] Data) Chunk(ReadOnlySpan<byte> bytes, ref int at, string name)
    {
        if (at + 12 > bytes.Length)
            throw new MediaException(MediaErrorKind.Truncated, $"'{name}' ends in the middle of the picture. Copy it again.");
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
        if (length > bytes.Length - at - 12)
            throw new MediaException(MediaErrorKind.Truncated, $"'{name}' ends in the middle of the picture. Copy it again.");
        var body = bytes.Slice(at + 4, (int)length + 4);
        var crc = BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + 8 + (int)length)..]);
        if (Crc32.Finish(Crc32.Append(Crc32.Start, body)) != crc)
            throw Damaged(name, "a checksum does not match");
        at += 12 + (int)length;
        return (System.Text.Encoding.ASCII.GetString(body[..4]), body[4..].ToArray());
    }

    private static PngImage Decode(Header header, byte[] palette, MemoryStream packed, string name)
    {
        if (header.ColourType == 3 && palette.Length == 0)
            throw Damaged(name, "its palette is missing");
        var bitsPerPixel = header.Channels * header.BitDepth;
        var stride = (header.Width * bitsPerPixel + 7) / 8;
        var above = new byte[stride];
        var row = new byte[stride];
        var pixels = new byte[header.Width * header.Height * header.Channels];
        using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
        try
        {
            for (var y = 0; y < header.Height; y++)
            {
                var filter = zlib.ReadByte();
                if (filter is < 0 or >= PngFilter.Count)
                    throw Damaged(name, filter < 0 ? $"it ends at row {y}" : $"row {y} uses an unknown filter");
                zlib.ReadExactly(row);
                PngFilter.Undo(filter, row, above, Math.Max(1, bitsPerPixel / 8));
                Unpack(row, header, pixels.AsSpan(y * header.Width * header.Channels, header.Width * header.Channels));
                (row, above) = (above, row);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Damaged(name, "its compressed data is broken");
        }

        return new PngImage(header.Width, header.Height, header.Channels, pixels, header.ColourType == 3 ? palette : []);
    }

    private static void Unpack(ReadOnlySpan<byte> row, Header header, Span<byte> target)
    {
        var depth = header.BitDepth;
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = depth switch
            {
                8 => row[i],
                16 => row[i * 2],
                _ => Small(row, i, depth, scale: header.ColourType == 0),
            };
        }

        static byte Small(ReadOnlySpan<byte> row, int i, int depth, bool scale)
        {
            var bit = i * depth;
            var max = (1 << depth) - 1;
            var value = (row[bit >> 3] >> (8 - depth - (bit & 7))) & max;
            return (byte)(scale ? value * 255 / max : value);
        }
    }

    private static MediaException Damaged(string name, string what) => new(MediaErrorKind.Damaged, $"'{name}' is a damaged PNG: {what}.");

    private sealed record Header(int Width, int Height, int BitDepth, int ColourType)
    {
        public int Channels => ColourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

        public static Header Parse(ReadOnlySpan<byte> data, string name)
        {
            if (data.Length != 13)
                throw Damaged(name, "its header has a wrong length");
            var header = new Header(
                BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]), data[8], data[9]);
            if (header.Width <= 0 || header.Height <= 0 || (long)header.Width * header.Height > MaxPixels)
                throw new MediaException(MediaErrorKind.LimitExceeded, $"'{name}' is {header.Width}x{header.Height}; at most {MaxPixels:N0} pixels are read.");
            var known = header.ColourType is 0 or 2 or 3 or 4 or 6
                && (header.BitDepth == 8 || (header.BitDepth == 16 && header.ColourType != 3) || (header.BitDepth is 1 or 2 or 4 && header.ColourType is 0 or 3));
            if (!known)
                throw Damaged(name, $"colour type {header.ColourType} with {header.BitDepth} bits does not exist");
            if (data[12] != 0)
                throw new MediaException(MediaErrorKind.Unsupported, $"'{name}' is an interlaced PNG. Save it without interlacing.");
            return header;
        }
    }
}
