using System.Collections.Immutable;
using System.Text.Json;

namespace Sa2VA.Tensors.Safetensors;

/// <summary>
/// Reads the JSON of a header token by token: nothing is built that the entry itself does not need, so that a hostile header costs
/// no more than its own length.
/// </summary>
internal sealed class SafetensorsHeaderParser(string file)
{
    private const string MetadataKey = "__metadata__";

    // {tensor{shape[..]}}: three levels. The rest is room for members that a later version may add.
    private const int DeepestNesting = 16;

    // libtorch stores the extents of up to 64 dimensions.
    private const int MostDimensions = 64;

    private readonly List<SafetensorsEntry> _entries = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private ImmutableSortedDictionary<string, string>? _metadata;

    /// <summary>Entries in the order of the header, and the metadata.</summary>
    public (List<SafetensorsEntry> Entries, ImmutableSortedDictionary<string, string> Metadata) Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DeepestNesting });
            reader.Read();
            ReadMembers(ref reader);
            while (reader.Read())
            {
                // Only the padding may follow; the reader itself refuses anything else.
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what the reader throws for text that is not valid UTF-8.
            throw new SafetensorsException(file, $"the header is not valid JSON ({e.Message}). The file is damaged or is not a safetensors file.", e);
        }

        return (_entries, _metadata ?? ImmutableSortedDictionary<string, string>.Empty);
    }

    private void ReadMembers(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (!_names.Add(name))
                throw new SafetensorsException(file, name, "is described twice in the header.");
            if (string.Equals(name, MetadataKey, StringComparison.Ordinal))
                _metadata = ReadMetadata(ref reader);
            else
                _entries.Add(ReadEntry(ref reader, name));
        }
    }

    private ImmutableSortedDictionary<string, string> ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new SafetensorsException(file, $"'{MetadataKey}' is not an object of strings.");

        var metadata = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw new SafetensorsException(file, $"'{MetadataKey}' holds a value that is not a string, under '{SafetensorsException.Printable(key)}'.");
            if (!metadata.TryAdd(key, reader.GetString()!))
                throw new SafetensorsException(file, $"'{MetadataKey}' holds the key '{SafetensorsException.Printable(key)}' twice.");
        }

        return metadata.ToImmutable();
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new SafetensorsException(file, name, "is not described by an object with dtype, shape and data_offsets.");

        SafetensorsDtype? dtype = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("dtype"u8))
                dtype = dtype is null ? ReadDtype(ref reader, name) : throw Twice(name, "dtype");
            else if (reader.ValueTextEquals("shape"u8))
                shape = shape is null ? ReadIntegers(ref reader, name, "shape", MostDimensions) : throw Twice(name, "shape");
            else if (reader.ValueTextEquals("data_offsets"u8))
                offsets = offsets is null ? ReadIntegers(ref reader, name, "data_offsets", 2) : throw Twice(name, "data_offsets");
            else
                SkipValue(ref reader);
        }

        return new Description(
            dtype ?? throw Lacks(name, "dtype"), shape ?? throw Lacks(name, "shape"), offsets ?? throw Lacks(name, "data_offsets"))
            .Verify(file, name);
    }

    private SafetensorsDtype ReadDtype(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new SafetensorsException(file, name, "its dtype is not a string.");
        if (!SafetensorsDtypes.TryParse(text, out var dtype))
        {
            throw new SafetensorsException(file, name,
                $"has the dtype '{SafetensorsException.Printable(text)}', which is not supported. Known are {string.Join(", ", Enum.GetValues<SafetensorsDtype>().Select(known => known.Name()))}.");
        }

        return dtype;
    }

    private List<long> ReadIntegers(ref Utf8JsonReader reader, string name, string member, int most)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new SafetensorsException(file, name, $"its {member} is not a list of integers.");

        var values = new List<long>(4);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value) || value < 0)
                throw new SafetensorsException(file, name, $"its {member} holds something other than integers from 0 to {long.MaxValue}.");
            if (values.Count == most)
                throw new SafetensorsException(file, name, $"its {member} has more than {most} elements.");
            values.Add(value);
        }

        return values;
    }

    private static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private SafetensorsException Twice(string name, string member) => new(file, name, $"its {member} is given twice.");

    private SafetensorsException Lacks(string name, string member) => new(file, name, $"its description lacks {member}.");

    /// <summary>What a header claims about one tensor, before the claims are checked against each other.</summary>
    private readonly record struct Description(SafetensorsDtype Dtype, List<long> Shape, List<long> Offsets)
    {
        public SafetensorsEntry Verify(string file, string name)
        {
            if (Offsets.Count != 2 || Offsets[1] < Offsets[0])
                throw new SafetensorsException(file, name, $"its data_offsets are [{string.Join(", ", Offsets)}], not a beginning and an end.");

            var bytes = ByteCount()
                ?? throw new SafetensorsException(file, name, $"its shape [{string.Join(", ", Shape)}] has more elements than can be counted.");
            var stored = Offsets[1] - Offsets[0];
            if (bytes != stored)
            {
                throw new SafetensorsException(file, name,
                    $"{Dtype.Name()} [{string.Join(", ", Shape)}] takes {bytes} bytes, but its data_offsets [{Offsets[0]}, {Offsets[1]}] hold {stored}.");
            }

            return new SafetensorsEntry(name, Dtype, [.. Shape], Offsets[0], bytes);
        }

        // An extent of zero must not hide an overflow of the others: strides are computed from them all the same.
        private long? ByteCount()
        {
            Int128 product = Dtype.Size();
            foreach (var extent in Shape)
            {
                product *= Math.Max(extent, 1);
                if (product > long.MaxValue)
                    return null;
            }

            return Shape.Contains(0) ? 0 : (long)product;
        }
    }
}
