using System.Buffers.Binary;
using System.Text;
using Sa2VA.Cluster.Storage;

namespace Sa2VA.Cluster.Results;

/// <summary>
/// Stored form of a mask block, little-endian, version 1. It holds nothing that depends on who wrote it or when.
/// <code>
///  0  4 bytes  "S2MB"
///  4  u16      version, 1
///  6  u16      header size, 40
///  8  i32      object id
/// 12  i32      block index
/// 16  i32      number of masks, 1 to 64
/// 20  i32      height
/// 24  i32      width
/// 28  i32      size of the rest
/// 32  u32      CRC-32 of the rest
/// 36  u32      CRC-32 of bytes 0 to 35
/// per mask: i32 frame, i64 pts, f64 seconds, f32 object score, f32 predicted IoU, i32 n, n bytes of the COCO string
/// </code>
/// </summary>
public static class MaskBlockFormat
{
    private const int HeaderSize = 40;
    private const int MaskHeader = 32;
    private const ushort Version = 1;

    /// <summary>The bytes of a block.</summary>
    public static byte[] Encode(MaskBlock block)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(block.Masks.Count is > 0 and <= MaskBlock.Frames, other: true);
        var bytes = new byte[HeaderSize + block.Masks.Sum(m => MaskHeader + m.Counts.Length)];
        var rest = bytes.AsSpan(HeaderSize);
        foreach (var mask in block.Masks) rest = Put(rest, mask);

        var header = bytes.AsSpan(0, HeaderSize);
        "S2MB"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], HeaderSize);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], block.ObjectId);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], block.Index);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], block.Masks.Count);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], block.Height);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], block.Width);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], bytes.Length - HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(header[32..], Crc32.Of(bytes.AsSpan(HeaderSize)));
        BinaryPrimitives.WriteUInt32LittleEndian(header[36..], Crc32.Of(header[..36]));
        return bytes;
    }

    /// <summary>The block of these bytes; anything damaged is an <see cref="InvalidDataException"/> that names <paramref name="source"/>.</summary>
    public static MaskBlock Decode(ReadOnlySpan<byte> bytes, string source)
    {
        if (bytes.Length < HeaderSize || !bytes[..4].SequenceEqual("S2MB"u8)) throw Damaged(source, "it is not a mask block");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]) != Crc32.Of(bytes[..36])) throw Damaged(source, "its header fails its checksum");
        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        if (version != Version) throw new InvalidDataException($"Mask block '{source}' has version {version}; this program reads version {Version}.");
        var size = BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]);
        var rest = bytes[HeaderSize..];
        if (rest.Length != size) throw Damaged(source, $"it has {rest.Length} bytes after the header instead of {size}");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]) != Crc32.Of(rest)) throw Damaged(source, "it fails its checksum");

        var masks = new BlockMask[BinaryPrimitives.ReadInt32LittleEndian(bytes[16..])];
        for (var i = 0; i < masks.Length; i++) rest = Take(rest, source, out masks[i]);
        if (!rest.IsEmpty) throw Damaged(source, $"{rest.Length} bytes follow its last mask");
        return new MaskBlock(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]), masks);
    }

    private static Span<byte> Put(Span<byte> to, BlockMask mask)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to, mask.Frame);
        BinaryPrimitives.WriteInt64LittleEndian(to[4..], mask.Pts);
        BinaryPrimitives.WriteDoubleLittleEndian(to[12..], mask.Seconds);
        BinaryPrimitives.WriteSingleLittleEndian(to[20..], mask.ObjectScore);
        BinaryPrimitives.WriteSingleLittleEndian(to[24..], mask.PredictedIou);
        BinaryPrimitives.WriteInt32LittleEndian(to[28..], mask.Counts.Length);
        Encoding.ASCII.GetBytes(mask.Counts, to[MaskHeader..]);
        return to[(MaskHeader + mask.Counts.Length)..];
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> from, string source, out BlockMask mask)
    {
        if (from.Length < MaskHeader) throw Damaged(source, "it ends inside a mask");
        var length = BinaryPrimitives.ReadInt32LittleEndian(from[28..]);
        if (length < 0 || length > from.Length - MaskHeader) throw Damaged(source, "it ends inside a mask");
        mask = new BlockMask(
            BinaryPrimitives.ReadInt32LittleEndian(from), BinaryPrimitives.ReadInt64LittleEndian(from[4..]),
            BinaryPrimitives.ReadDoubleLittleEndian(from[12..]), BinaryPrimitives.ReadSingleLittleEndian(from[20..]),
            BinaryPrimitives.ReadSingleLittleEndian(from[24..]), Encoding.ASCII.GetString(from.Slice(MaskHeader, length)));
        return from[(MaskHeader + length)..];
    }

    private static InvalidDataException Damaged(string source, string how)
        => new($"Mask block '{source}' is damaged: {how}. Remove the masks of this video and run it again.");
}
