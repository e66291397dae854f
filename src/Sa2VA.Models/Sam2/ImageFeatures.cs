using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// What the image encoder made of B frames: raw pyramid levels, shared by every object and expression. Owns its tensors, so it may
/// cross an await or a queue; used by one thread at a time.
/// </summary>
public sealed class ImageFeatures : IDisposable
{
    private readonly Dictionary<Sam2MaskDecoder, HighResFeatures> _highRes = [];

    /// <param name="levels">Taken over, must not belong to a scope: strides 4, 8 and 16.</param>
    public ImageFeatures(Tensor[] levels) => (Fpn0, Fpn1, Fpn2) = (levels[0], levels[1], levels[2]);

    /// <summary>[B, C, S/4, S/4]</summary>
    public Tensor Fpn0 { get; }

    /// <summary>[B, C, S/8, S/8]</summary>
    public Tensor Fpn1 { get; }

    /// <summary>[B, C, S/16, S/16], without any memory: what is remembered, attended with and decoded.</summary>
    public Tensor Fpn2 { get; }

    /// <summary>Number of frames.</summary>
    public long Frames => Fpn2.size(0);

    /// <summary>The fine maps as a mask decoder wants them; computed once per decoder and kept.</summary>
    public HighResFeatures HighRes(Sam2MaskDecoder decoder)
    {
        if (!_highRes.TryGetValue(decoder, out var known))
        {
            known = decoder.Project(Fpn0, Fpn1);
            known.S0.DetachFromDisposeScope();
            known.S1.DetachFromDisposeScope();
            _highRes.Add(decoder, known);
        }

        return known;
    }

    /// <summary>One frame's features, owned by the caller; they share memory with these and outlive them.</summary>
    public ImageFeatures Row(int frame) => new([.. new[] { Fpn0, Fpn1, Fpn2 }.Select(level => level.narrow(0, frame, 1).DetachFromDisposeScope())]);

    public void Dispose()
    {
        Fpn0.Dispose();
        Fpn1.Dispose();
        Fpn2.Dispose();
        foreach (var features in _highRes.Values)
        {
            features.S0.Dispose();
            features.S1.Dispose();
        }

        _highRes.Clear();
    }
}

/// <summary>The two fine maps after a mask decoder's 1×1 projections.</summary>
/// <param name="S0">[B, C/8, S/4, S/4]</param>
/// <param name="S1">[B, C/4, S/8, S/8]</param>
public sealed record HighResFeatures(Tensor S0, Tensor S1);
