using System.Collections.Immutable;

namespace Sa2VA.Tensors.Safetensors;

/// <summary>Between safetensors files and tensors.</summary>
public static class SafetensorsTensors
{
    // A span counts in int; pieces of this size also keep the page cache busy while the next is copied from a device.
    private const long PieceBytes = 256 << 20;

    /// <summary>libtorch's number of an element type.</summary>
    public static ScalarType ToScalarType(this SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.F64 => ScalarType.Float64,
        SafetensorsDtype.F32 => ScalarType.Float32,
        SafetensorsDtype.F16 => ScalarType.Float16,
        SafetensorsDtype.BF16 => ScalarType.BFloat16,
        SafetensorsDtype.I64 => ScalarType.Int64,
        SafetensorsDtype.I32 => ScalarType.Int32,
        SafetensorsDtype.I16 => ScalarType.Int16,
        SafetensorsDtype.I8 => ScalarType.Int8,
        SafetensorsDtype.U8 => ScalarType.Byte,
        SafetensorsDtype.BOOL => ScalarType.Bool,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Not an element type of the safetensors format."),
    };

    /// <summary>The element type under which a tensor is stored.</summary>
    public static SafetensorsDtype ToSafetensorsDtype(this ScalarType type) =>
        Enum.GetValues<SafetensorsDtype>().First(dtype => dtype.ToScalarType() == type);

    /// <summary>
    /// A tensor over the mapped file, without a copy; the mapping lives as long as it does. It must not be written to: the memory is
    /// read-only. A tensor that the file does not align to its element is copied, since libtorch cannot view it.
    /// </summary>
    public static Tensor Map(this SafetensorsFile file, SafetensorsEntry entry)
    {
        var type = entry.Dtype.ToScalarType();
        var address = file.Pointer(entry);
        return address % type.ElementSize() == 0
            ? torch.from_blob(address, type, [.. entry.Shape], file.Lease())
            : torch.from_bytes(file.Bytes(entry), type, [.. entry.Shape]);
    }

    /// <summary>Every tensor of a file, mapped.</summary>
    /// <param name="path">The file.</param>
    /// <param name="widen">Float16 and bfloat16 are converted to float32, which copies them.</param>
    public static Dictionary<string, Tensor> Load(string path, bool widen = false)
    {
        using var file = SafetensorsFile.Open(path);
        var tensors = new Dictionary<string, Tensor>(file.Entries.Length, StringComparer.Ordinal);
        foreach (var entry in file.Entries)
            tensors.Add(entry.Name, widen ? Widened(file, entry) : file.Map(entry));
        return tensors;
    }

    /// <summary>Writes tensors of any device and layout to a file, atomically and in a fixed order.</summary>
    public static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var writer = SafetensorsWriter.Create(path, tensors.Select(pair => Declare(pair.Key, pair.Value)), metadata);
        foreach (var entry in writer.Entries)
            writer.Append(entry.Name, tensors[entry.Name]);
        writer.Commit();
    }

    /// <summary>What the header will say about a tensor.</summary>
    /// <param name="name">The name to store it under.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="dtype">Element type to store it in; its own by default.</param>
    public static SafetensorsDeclaration Declare(string name, Tensor tensor, SafetensorsDtype? dtype = null) =>
        new(name, dtype ?? tensor.dtype.ToSafetensorsDtype(), ImmutableArray.Create(tensor.shape));

    /// <summary>Writes the data of a declared tensor whole, converting it when it was declared with another element type.</summary>
    public static void Append(this SafetensorsWriter writer, string name, Tensor tensor)
    {
        var declared = writer.Entries.First(entry => string.Equals(entry.Name, name, StringComparison.Ordinal)).Dtype.ToScalarType();
        using var scope = torch.NewDisposeScope();
        var flat = tensor.detach().contiguous().view(-1);
        var piece = PieceBytes / tensor.dtype.ElementSize();
        for (var start = 0L; start < flat.numel(); start += piece)
        {
            using var inner = torch.NewDisposeScope();
            writer.Append(name, flat.narrow(0, start, Math.Min(piece, flat.numel() - start)).to(declared).cpu().bytes);
        }
    }

    private static Tensor Widened(SafetensorsFile file, SafetensorsEntry entry)
    {
        var mapped = file.Map(entry);
        if (entry.Dtype is not (SafetensorsDtype.BF16 or SafetensorsDtype.F16))
            return mapped;
        using (mapped)
            return mapped.to(ScalarType.Float32);
    }
}
