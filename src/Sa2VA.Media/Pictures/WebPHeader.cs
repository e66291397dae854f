using System.Buffers.Binary;

namespace Sa2VA.Media;

/// <summary>The header of a WebP picture: a RIFF file whose first chunk is lossy (VP8), lossless (VP8L) or says what else follows (VP8X).</summary>
internal static class WebPHeader
{
    private const int HeadBytes = 30;
    private const int AnimationFlag = 0x02;
    private const int AlphaFlag = 0x10;

    /// <summary>Reads the header from the start of a stream that can seek.</summary>
    /// <exception cref="MediaException">It is no WebP, or one that moves.</exception>
    public static PictureHeader Read(Stream stream, string name)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        stream.Position = 0;
        stream.ReadExactly(head);
        if (!head.StartsWith("RIFF"u8) || !head[8..12].SequenceEqual("WEBP"u8))
            throw PictureHeader.Damaged(name, "it does not begin with a header");
        var chunk = head[12..16];
        if (chunk.SequenceEqual("VP8 "u8))
            return Of(BinaryPrimitives.ReadUInt16LittleEndian(head[26..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(head[28..]) & 0x3FFF, hasAlpha: false);
        if (chunk.SequenceEqual("VP8L"u8))
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(head[21..]);
            return Of((int)(bits & 0x3FFF) + 1, (int)(bits >> 14 & 0x3FFF) + 1, (bits >> 28 & 1) != 0);
        }

        if (!chunk.SequenceEqual("VP8X"u8))
            throw PictureHeader.Damaged(name, "what it holds is not a picture");
        if ((head[20] & AnimationFlag) != 0)
            throw new MediaException(MediaErrorKind.Unsupported, $"'{name}' is a moving WebP. Convert it to a video first.");
        return Of(Int24(head[24..]) + 1, Int24(head[27..]) + 1, (head[20] & AlphaFlag) != 0);
    }

    private static PictureHeader Of(int width, int height, bool hasAlpha) => new(PictureKind.WebP, width, height) { HasAlpha = hasAlpha };

    private static int Int24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;
}
