using Sa2VA.Tensors;

namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>What is kept of one object at one frame. Owns its tensors, which belong to no scope.</summary>
internal sealed class FrameOutput(Tensor? lowResLogits, Tensor objectPointer, Tensor objectScore, Tensor iou, MemoryFrame? memory) : IDisposable
{
    /// <summary>Mask logits [1, 1, s, s], holes filled; null once the frame can no longer be corrected.</summary>
    public Tensor? LowResLogits { get; private set; } = lowResLogits;

    /// <summary>[1, C].</summary>
    public Tensor ObjectPointer { get; } = objectPointer;

    /// <summary>Logit [1, 1]; above 0 the object is in the frame.</summary>
    public Tensor ObjectScore { get; } = objectScore;

    /// <summary>The decoder's estimate [1, 1] for the mask that was chosen.</summary>
    public Tensor Iou { get; } = iou;

    /// <summary>Null until a prompt is consolidated, and once no frame can read it any more.</summary>
    public MemoryFrame? Memory { get; private set; } = memory;

    public long Bytes => Tensors().Sum(tensor => tensor.numel() * tensor.dtype.ElementSize()) + (Memory?.Bytes ?? 0);

    public void Remember(MemoryFrame memory)
    {
        Memory?.Dispose();
        Memory = memory;
    }

    public void DropMask()
    {
        LowResLogits?.Dispose();
        LowResLogits = null;
    }

    public void DropMemory()
    {
        Memory?.Dispose();
        Memory = null;
    }

    public void Dispose()
    {
        foreach (var tensor in Tensors()) tensor.Dispose();
        Memory?.Dispose();
    }

    private IEnumerable<Tensor> Tensors()
    {
        if (LowResLogits is { } mask) yield return mask;
        yield return ObjectPointer;
        yield return ObjectScore;
        yield return Iou;
    }
}
