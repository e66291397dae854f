using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sa2VA.Tensors.Safetensors;

/// <summary>A tensor that is to be written: what the header says about it, before the data is there.</summary>
/// <param name="Name">The name in the state dict.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Extents, slowest first.</param>
public sealed record SafetensorsDeclaration(string Name, SafetensorsDtype Dtype, ImmutableArray<long> Shape)
{
    /// <summary>Bytes that the data will take.</summary>
    public long ByteCount => Shape.Aggregate((long)Dtype.Size(), (product, extent) => checked(product * extent));
}

/// <summary>
/// Where each tensor of a file goes. Wider elements come first and names decide between equals, as in the reference implementation:
/// every tensor is then aligned to its element without a gap, and the same tensors always give the same bytes.
/// </summary>
internal static class SafetensorsLayout
{
    private const int HeaderAlignment = 8;

    public static ImmutableArray<SafetensorsEntry> Arrange(string file, IEnumerable<SafetensorsDeclaration> declarations)
    {
        var entries = ImmutableArray.CreateBuilder<SafetensorsEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
        var offset = 0L;
        foreach (var tensor in declarations.OrderByDescending(tensor => tensor.Dtype.Size()).ThenBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            if (!names.Add(tensor.Name))
                throw new SafetensorsException(file, tensor.Name, "cannot be written: the name is taken.");
            if (tensor.Shape.Any(extent => extent < 0))
                throw new SafetensorsException(file, tensor.Name, $"cannot be written with the shape [{string.Join(", ", tensor.Shape)}].");
            entries.Add(new SafetensorsEntry(tensor.Name, tensor.Dtype, tensor.Shape, offset, tensor.ByteCount));
            offset = checked(offset + tensor.ByteCount);
        }

        return entries.ToImmutable();
    }

    /// <summary>Length prefix and header, padded with blanks so that the data begins at a multiple of eight.</summary>
    public static byte[] Header(string file, ImmutableArray<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            WriteJson(writer, entries, metadata);

        var padded = (json.Length + HeaderAlignment - 1) / HeaderAlignment * HeaderAlignment;
        if (padded > SafetensorsHeader.LongestHeader)
            throw new SafetensorsException(file, $"cannot be written: its header would take {padded} bytes, more than the limit of {SafetensorsHeader.LongestHeader}. Write shards instead.");

        var header = new byte[SafetensorsHeader.LengthPrefix + padded];
        header.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteInt64LittleEndian(header, padded);
        json.GetBuffer().AsSpan(0, (int)json.Length).CopyTo(header.AsSpan(SafetensorsHeader.LengthPrefix));
        return header;
    }

    private static void WriteJson(Utf8JsonWriter writer, ImmutableArray<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        writer.WriteStartObject();
        if (metadata.Count > 0)
        {
            writer.WriteStartObject("__metadata__");
            foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                writer.WriteString(key, value);
            writer.WriteEndObject();
        }

        foreach (var entry in entries)
        {
            writer.WriteStartObject(entry.Name);
            writer.WriteString("dtype", entry.Dtype.Name());
            writer.WriteStartArray("shape");
            foreach (var extent in entry.Shape)
                writer.WriteNumberValue(extent);
            writer.WriteEndArray();
            writer.WriteStartArray("data_offsets");
            writer.WriteNumberValue(entry.Offset);
            writer.WriteNumberValue(entry.Offset + entry.ByteCount);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
