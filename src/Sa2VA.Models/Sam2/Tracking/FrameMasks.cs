using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>How low-resolution logits become masks of the video's size.</summary>
internal readonly record struct MaskSizes(int VideoHeight, int VideoWidth, int ModelSize, bool ViaModelSize, bool NonOverlap);

/// <summary>The masks of all objects on one frame. Owned by the caller: it belongs to no scope and can cross a queue.</summary>
public sealed class FrameMasks : IDisposable
{
    /// <summary>Above this logit (that is, above a probability of one half) a pixel belongs to the object.</summary>
    private const float Threshold = 0;

    private readonly MaskSizes _sizes;

    internal FrameMasks(int frame, IReadOnlyList<int> objectIds, Tensor lowResLogits, Tensor objectScoreLogits, Tensor ious, MaskSizes sizes)
    {
        Frame = frame;
        ObjectIds = objectIds;
        LowResLogits = lowResLogits.DetachFromDisposeScope();
        ObjectScoreLogits = objectScoreLogits.DetachFromDisposeScope();
        Ious = ious.DetachFromDisposeScope();
        _sizes = sizes;
    }

    /// <summary>Index of the frame.</summary>
    public int Frame { get; }

    /// <summary>The object of each row, in the order in which objects were first prompted.</summary>
    public IReadOnlyList<int> ObjectIds { get; }

    /// <summary>[B, 1, s, s], holes filled; -1024 everywhere for an object that has no prediction on this frame yet.</summary>
    public Tensor LowResLogits { get; }

    /// <summary>[B]; above 0 the model believes that the object is in the frame.</summary>
    public Tensor ObjectScoreLogits { get; }

    /// <summary>[B], the model's estimate of the overlap of its mask with the object.</summary>
    public Tensor Ious { get; }

    /// <summary>Logits [B, H, W] at the video's size, in the current scope.</summary>
    public Tensor VideoLogits()
    {
        using var scope = NewDisposeScope();
        var logits = Resize(LowResLogits).squeeze(1);                       // (B, H, W)
        return (_sizes.NonOverlap ? WithoutOverlap(logits) : logits).MoveToOuterDisposeScope();
    }

    /// <summary>The mask of one row at the video's size, row by row, 1 inside and 0 outside.</summary>
    public byte[] Binary(int row)
    {
        using var scope = NewDisposeScope();
        // Overlaps are a matter of all objects; otherwise only this row needs resizing.
        var logits = _sizes.NonOverlap ? VideoLogits().select(0, row) : Resize(LowResLogits.narrow(0, row, 1));
        return logits.gt(Threshold).ToArray<byte>();
    }

    public void Dispose()
    {
        LowResLogits.Dispose();
        ObjectScoreLogits.Dispose();
        Ious.Dispose();
    }

    /// <summary>At each pixel the object with the highest logit keeps it (the first, of equals); the others get at most -10.</summary>
    internal static Tensor WithoutOverlap(Tensor logits)
    {
        if (logits.size(0) == 1) return logits;
        using var scope = NewDisposeScope();
        var winner = logits.argmax(0, keepdim: true);                       // (1, H, W)
        var rows = arange(logits.size(0), ScalarType.Int64, logits.device).view(-1, 1, 1);
        return where(winner.eq(rows), logits, logits.clamp(max: -10)).MoveToOuterDisposeScope();
    }

    private Tensor Resize(Tensor lowRes)
    {
        var logits = lowRes;
        if (_sizes.ViaModelSize) logits = Interpolated(logits, _sizes.ModelSize, _sizes.ModelSize);
        return Interpolated(logits, _sizes.VideoHeight, _sizes.VideoWidth);
    }

    private static Tensor Interpolated(Tensor logits, int height, int width) =>
        logits.size(2) == height && logits.size(3) == width ? logits.alias() : F.interpolate(logits, height, width);
}
