using System.Buffers.Binary;

namespace Sa2VA.Media;

/// <summary>The sorts of picture that are read.</summary>
internal enum PictureKind
{
    Png,
    Jpeg,
    WebP,
    Bmp,
}

/// <summary>What the first bytes of a picture say about it; nothing is decoded.</summary>
internal readonly record struct PictureHeader(PictureKind Kind, int Width, int Height)
{
    /// <summary>Whether some of it may be transparent, of the kinds that ffmpeg decodes.</summary>
    public bool HasAlpha { get; init; }

    /// <summary>Reads the header of a file.</summary>
    /// <exception cref="MediaException">There is no such file, it is of another kind, it is damaged, or it has too many pixels.</exception>
    public static PictureHeader Read(string path, MediaLimits limits)
    {
        InputGuard.CheckPicture(path, limits);
        try
        {
            using var file = File.OpenRead(path);
            return Parse(file, path, limits);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not EndOfStreamException)
        {
            throw new MediaException(MediaErrorKind.AccessDenied, $"'{path}' cannot be read: {e.Message}", innerException: e);
        }
    }

    /// <summary>Reads the header from the start of a stream that can seek; <paramref name="name"/> is used in messages.</summary>
    public static PictureHeader Parse(Stream stream, string name, MediaLimits limits)
    {
        try
        {
            var header = stream.ReadByte() switch
            {
                0xFF => Jpeg(stream, name),
                'R' => WebPHeader.Read(stream, name),
                'B' => Bmp(stream, name),
                _ => Png(stream, name),
            };
            if (header.Width <= 0 || header.Height <= 0)
                throw Damaged(name, $"it says that it is {header.Width}x{header.Height}");
            return (long)header.Width * header.Height <= limits.MaxPixels
                ? header
                : throw new MediaException(MediaErrorKind.LimitExceeded,
                    $"'{name}' is {header.Width}x{header.Height}; at most {limits.MaxPixels:N0} pixels are accepted (MediaLimits.MaxPixels). Scale it down first.");
        }
        catch (EndOfStreamException e)
        {
            throw new MediaException(MediaErrorKind.Truncated, $"'{name}' ends before its picture begins. Copy it again.", innerException: e);
        }
    }

    private static PictureHeader Png(Stream stream, string name)
    {
        Span<byte> start = stackalloc byte[24];
        stream.Position = 0;
        stream.ReadExactly(start);
        if (!start.StartsWith(PngWriter.Signature) || !start[12..16].SequenceEqual("IHDR"u8))
            throw Damaged(name, "it does not begin with a header");
        return new(PictureKind.Png, BinaryPrimitives.ReadInt32BigEndian(start[16..]), BinaryPrimitives.ReadInt32BigEndian(start[20..]));
    }

    private static PictureHeader Bmp(Stream stream, string name)
    {
        Span<byte> start = stackalloc byte[26];
        stream.Position = 0;
        stream.ReadExactly(start);
        if (BinaryPrimitives.ReadInt32LittleEndian(start[14..]) == 12)
            return new(PictureKind.Bmp, BinaryPrimitives.ReadUInt16LittleEndian(start[18..]), BinaryPrimitives.ReadUInt16LittleEndian(start[20..]));
        // Rows from top to bottom have a negative height.
        var height = BinaryPrimitives.ReadInt32LittleEndian(start[22..]);
        return height == int.MinValue ? throw Damaged(name, "it has no height") : new(PictureKind.Bmp, BinaryPrimitives.ReadInt32LittleEndian(start[18..]), Math.Abs(height));
    }

    /// <summary>Walks the segments to the frame header (SOF), which comes after thumbnails, colour profiles and tables.</summary>
    private static PictureHeader Jpeg(Stream stream, string name)
    {
        Span<byte> segment = stackalloc byte[7];
        stream.Position = 2;
        while (true)
        {
            if (Byte(stream) != 0xFF)
                throw Damaged(name, $"no marker stands at byte {stream.Position - 1}");
            int marker;
            do
            {
                marker = Byte(stream);
            }
            while (marker == 0xFF);

            if (marker is 0x01 or (>= 0xD0 and <= 0xD7))
                continue;                                          // these stand alone
            if (marker is 0xD8 or 0xD9 or 0xDA)
                throw Damaged(name, "its size is not given before its picture");
            stream.ReadExactly(segment[..2]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(segment);
            if (length < 2)
                throw Damaged(name, $"a segment before byte {stream.Position} has no length");
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                stream.ReadExactly(segment[..5]);
                return new(PictureKind.Jpeg, BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment[1..]));
            }

            stream.Position += length - 2;
        }
    }

    private static int Byte(Stream stream) => stream.ReadByte() is var b and >= 0 ? b : throw new EndOfStreamException();

    internal static MediaException Damaged(string name, string what) => new(MediaErrorKind.Damaged, $"'{name}' is a damaged picture: {what}.");
}
