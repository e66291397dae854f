using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.InternViT;

/// <summary>InternVL's regrouping of neighbouring patches into channels.</summary>
public static class PixelShuffle
{
    /// <param name="x">[B, h, w, C]</param>
    /// <param name="side">Patches along the side of a group: 2 for a ratio of 0.5.</param>
    /// <param name="transposed">Version 1 leaves rows and columns swapped; only the first InternVL did.</param>
    /// <returns>[B, h/side, w/side, C·side²]; the channels hold the group's patches row by row.</returns>
    public static Tensor Apply(Tensor x, int side, bool transposed)
    {
        using var scope = NewDisposeScope();
        var (batch, h, w, channels) = (x.size(0), x.size(1), x.size(2), x.size(3));
        if (h % side != 0 || w % side != 0)
            throw new ArgumentException($"A grid of {h}x{w} patches cannot be grouped by {side}x{side}.", nameof(x));
        var groups = x.reshape(batch, h / side, side, w / side, side, channels);
        var order = transposed ? groups.permute(0, 3, 1, 2, 4, 5) : groups.permute(0, 1, 3, 2, 4, 5);
        return order.reshape(batch, (transposed ? w : h) / side, (transposed ? h : w) / side, channels * side * side).MoveToOuterDisposeScope();
    }
}
