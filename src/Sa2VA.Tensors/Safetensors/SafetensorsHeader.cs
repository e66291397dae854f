using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Sa2VA.Tensors.Safetensors;

/// <summary>
/// A parsed and verified header: the entries tile the data exactly, in the order of their offsets. What the reference
/// implementation refuses is refused here: overlaps, gaps, bytes that belong to no tensor, sizes that do not follow from the shape.
/// </summary>
internal sealed record SafetensorsHeader(
    ImmutableArray<SafetensorsEntry> Entries, ImmutableSortedDictionary<string, string> Metadata, long DataStart)
{
    /// <summary>The reference implementation's limit: 100 MB of JSON.</summary>
    public const long LongestHeader = 100_000_000;

    /// <summary>The header's length stands before it, as a little-endian 64-bit integer.</summary>
    public const int LengthPrefix = 8;

    /// <summary>Parses the beginning of a file.</summary>
    /// <param name="file">Named in errors.</param>
    /// <param name="head">At least the prefix and the header; may go on into the data.</param>
    /// <param name="fileLength">Length of the whole file in bytes.</param>
    public static SafetensorsHeader Parse(string file, ReadOnlySpan<byte> head, long fileLength)
    {
        var headerLength = ReadLength(file, head, fileLength);
        var json = head.Slice(LengthPrefix, (int)headerLength);
        if (json.IsEmpty || json[0] != (byte)'{')
            throw new SafetensorsException(file, "the header is not a JSON object. The file is damaged or is not a safetensors file.");

        var (entries, metadata) = new SafetensorsHeaderParser(file).Parse(json);
        var dataLength = fileLength - LengthPrefix - headerLength;
        return new SafetensorsHeader(Tile(file, entries, dataLength), metadata, LengthPrefix + headerLength);
    }

    /// <summary>Length of the header, checked against the limit and the file.</summary>
    public static long ReadLength(string file, ReadOnlySpan<byte> head, long fileLength)
    {
        if (fileLength < LengthPrefix || head.Length < LengthPrefix)
            throw new SafetensorsException(file, $"only {fileLength} bytes long, too short for a safetensors file. Fetch it again.");

        var length = BinaryPrimitives.ReadUInt64LittleEndian(head);
        if (length > LongestHeader)
        {
            throw new SafetensorsException(file, ForeignFormat.Describe(head)
                ?? $"announces a header of {length} bytes, more than the limit of {LongestHeader}. The file is damaged or is not a safetensors file.");
        }

        if ((long)length > fileLength - LengthPrefix)
        {
            throw new SafetensorsException(file, ForeignFormat.Describe(head)
                ?? $"truncated: announces a header of {length} bytes, but only {fileLength - LengthPrefix} bytes follow. Fetch it again.");
        }

        return (long)length;
    }

    private static ImmutableArray<SafetensorsEntry> Tile(string file, List<SafetensorsEntry> entries, long dataLength)
    {
        // A tensor without elements begins and ends where its neighbour begins, so the byte count decides between equals.
        entries.Sort(static (a, b) => (a.Offset, a.ByteCount).CompareTo((b.Offset, b.ByteCount)) is var order and not 0
            ? order
            : string.CompareOrdinal(a.Name, b.Name));

        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Offset < end)
                throw new SafetensorsException(file, entry.Name, $"begins at data byte {entry.Offset}, inside the tensor before it, which ends at {end}.");
            if (entry.Offset > end)
                throw new SafetensorsException(file, entry.Name, $"begins at data byte {entry.Offset}, but the tensor before it ends at {end}: the bytes between belong to no tensor.");
            if (entry.ByteCount > dataLength - entry.Offset)
            {
                throw new SafetensorsException(file, entry.Name,
                    $"ends at data byte {entry.Offset + entry.ByteCount}, but the file holds {dataLength} bytes of data. It is truncated: fetch it again.");
            }

            end += entry.ByteCount;
        }

        if (end != dataLength)
            throw new SafetensorsException(file, $"holds {dataLength} bytes of data, but its tensors cover {end}: the rest belongs to no tensor.");
        return [.. entries];
    }
}
