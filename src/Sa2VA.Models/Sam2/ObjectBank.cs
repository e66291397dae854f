using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Sam2;

/// <summary>One object's memory laid out for attention on one frame: S spatial memories of N tokens, then P pointer tokens, D channels.</summary>
/// <param name="Spatial">The spatial memories in order.</param>
/// <param name="Keys">Their keys without the temporal term.</param>
/// <param name="Pointers">Pointer tokens [P, D]; null for none.</param>
/// <param name="PlacedPointers">The same with their times added, what their keys are made of.</param>
internal sealed record ObjectBank(IReadOnlyList<SpatialMemory> Spatial, IReadOnlyList<MemoryKeys> Keys, Tensor? Pointers, Tensor? PlacedPointers)
{
    public long PointerTokens => Pointers?.size(0) ?? 0;

    /// <summary>Number of keys when a map has <paramref name="tokens"/> tokens.</summary>
    public long Length(long tokens) => (Spatial.Count * tokens) + PointerTokens;
}
