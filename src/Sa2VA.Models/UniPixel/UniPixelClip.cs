using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Sa2va;
using Sa2VA.Tensors;

namespace Sa2VA.Models.UniPixel;

/// <summary>A clip that the model has looked at, with what objects in it are remembered by. Owned by the caller.</summary>
public sealed class UniPixelClip : IDisposable
{
    internal UniPixelClip(VisionPrefix prefix, Tensor groups, PatchGrid grid)
        => (Prefix, Groups, Grid) = (prefix, groups.DetachFromDisposeScope(), grid);

    /// <summary>What the language model has read of it.</summary>
    public VisionPrefix Prefix { get; }

    /// <summary>Frames in it.</summary>
    public int Frames => Prefix.Frames;

    /// <summary>Bytes held.</summary>
    public long MemoryBytes => Prefix.MemoryBytes + Groups.numel() * Groups.dtype.ElementSize();

    /// <summary>What the tower's merger read, [groups, 4C], in the tower's order.</summary>
    internal Tensor Groups { get; }

    internal PatchGrid Grid { get; }

    public void Dispose()
    {
        Prefix.Dispose();
        Groups.Dispose();
    }
}
