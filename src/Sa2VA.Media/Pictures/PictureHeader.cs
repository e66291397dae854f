using System.Buffers.Binary;

namespace Sa2VA.Media;

/// <summary>The sorts of picture that are read.</summary>
internal enum PictureKind
{
    Png,
    Jpeg,
}

/// <summary>What the first bytes of a picture say about it; nothing is decoded.</summary>
internal readonly record struct PictureHeader(PictureKind Kind, int Width, int Height)
{
    /// <summary>Reads the header of a file.</summary>
    /// <exception cref="MediaException">There is no such file, it is no JPEG or PNG, it is damaged, or it has too many pixels.</exception>
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
            var header = stream.ReadByte() == 0xFF ? Jpeg(stream, name) : Png(stream, name);
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

    private static MediaException Damaged(string name, string what) => new(MediaErrorKind.Damaged, $"'{name}' is a damaged picture: {what}.");
}
