using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// One memory's keys for every layer of memory attention, turned, without the temporal term: they never change once the memory is
/// written, whatever slot it moves to.
/// </summary>
/// <param name="perLayer">[N, H·d] float32 each; taken over.</param>
internal sealed class MemoryKeys(Tensor[] perLayer) : IMemoryDerivative
{
    public Tensor this[int layer] => perLayer[layer];

    public long Bytes => perLayer.Sum(keys => keys.numel() * keys.dtype.ElementSize());

    public void Dispose()
    {
        foreach (var keys in perLayer)
            keys.Dispose();
    }
}
