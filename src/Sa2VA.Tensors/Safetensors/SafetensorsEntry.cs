using System.Collections.Immutable;

namespace Sa2VA.Tensors.Safetensors;

/// <summary>One tensor as a header describes it.</summary>
/// <param name="Name">The name in the state dict.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Extents, slowest first; empty for a scalar.</param>
/// <param name="Offset">First byte, counted from the beginning of the data (not of the file).</param>
/// <param name="ByteCount">Bytes of data: elements times the size of one.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsDtype Dtype, ImmutableArray<long> Shape, long Offset, long ByteCount)
{
    /// <summary>Number of elements.</summary>
    public long ElementCount => ByteCount / Dtype.Size();

    /// <summary>As people write it: <c>BF16 [896, 4864]</c>.</summary>
    public override string ToString() => $"{Dtype.Name()} [{string.Join(", ", Shape)}]";
}
