using Sa2VA.Tensors;

namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>
/// What memory attention reads for one object at one frame, chosen by <see cref="MemorySelection"/>: spatial memories in the order
/// of attention (conditioning frames, then neighbours from the oldest to the newest), then object pointers. Borrowed, not owned.
/// </summary>
/// <param name="Spatial">Never empty while tracking.</param>
/// <param name="Pointers">May be empty: a prompt in the future gives none.</param>
public sealed record ObjectMemory(IReadOnlyList<SpatialMemory> Spatial, IReadOnlyList<PointerMemory> Pointers);

/// <summary>A spatial memory with the row of <c>maskmem_tpos_enc</c> that is added to its position map.</summary>
public readonly record struct SpatialMemory(MemoryFrame Frame, int TemporalRow);

/// <summary>An object pointer [1, C] with its distance in frames (signed for SAM 2.1).</summary>
public readonly record struct PointerMemory(Tensor Pointer, int Distance);

/// <summary>
/// The spatial memory of one frame of one object. It never changes once it is written, so memory attention may keep what it derives
/// from it (projected keys) beside it, in <see cref="Derived"/>; both are released together.
/// </summary>
public sealed class MemoryFrame : IDisposable
{
    /// <param name="features">[1, D, h, w]; taken over, must not belong to a scope.</param>
    public MemoryFrame(Tensor features) => Features = features;

    /// <summary>The memory encoder's output [1, D, h, w] as it is stored: BF16, or float32 for comparisons.</summary>
    public Tensor Features { get; }

    /// <summary>What memory attention computed from <see cref="Features"/> alone. Not saved: it is computed again when needed.</summary>
    public IMemoryDerivative? Derived { get; set; }

    /// <summary>Bytes held, derived data included.</summary>
    public long Bytes => (Features.numel() * Features.dtype.ElementSize()) + (Derived?.Bytes ?? 0);

    /// <summary>Releases <see cref="Derived"/>.</summary>
    public void DropDerived()
    {
        Derived?.Dispose();
        Derived = null;
    }

    public void Dispose()
    {
        Features.Dispose();
        DropDerived();
    }
}

/// <summary>Tensors that follow from a stored memory and are owned by it.</summary>
public interface IMemoryDerivative : IDisposable
{
    /// <summary>Bytes held.</summary>
    long Bytes { get; }
}
