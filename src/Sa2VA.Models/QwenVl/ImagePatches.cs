using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.QwenVl;

/// <summary>Cuts images into the rows that the towers read.</summary>
public static class ImagePatches
{
    /// <param name="frames">[F, 3, H, W] normalised; F a multiple of the temporal patch, or 1 for a still image, which is repeated.</param>
    /// <param name="c">Sizes.</param>
    /// <returns>[patches, 3·T·P·P], the values of a patch by channel, frame, row and column; see <see cref="PatchGrid.Places"/> for the order.</returns>
    /// <exception cref="ArgumentException">A side is no multiple of a group of patches.</exception>
    public static (Tensor Rows, PatchGrid Grid) Cut(Tensor frames, QwenVisionConfig c)
    {
        var (p, m, depth) = (c.PatchSize, c.MergeSize, c.TemporalPatchSize);
        if (frames.dim() != 4 || frames.size(1) != c.Channels || frames.size(2) % (p * m) != 0 || frames.size(3) % (p * m) != 0 || (frames.size(0) != 1 && frames.size(0) % depth != 0))
            throw new ArgumentException($"The vision tower takes [frames, {c.Channels}, height, width] with sides that are multiples of {p * m} and one frame or a multiple of {depth}, not {frames}.", nameof(frames));

        using var scope = NewDisposeScope();
        var clip = frames.size(0) == 1 ? frames.expand(depth, -1, -1, -1) : frames;
        var grid = new PatchGrid((int)(clip.size(0) / depth), (int)(clip.size(2) / p), (int)(clip.size(3) / p));
        var rows = clip
            .reshape(grid.Slices, depth, c.Channels, grid.Rows / m, m, p, grid.Columns / m, m, p)
            .permute(0, 3, 6, 4, 7, 2, 1, 5, 8)
            .reshape(grid.Count, c.PatchValues);
        return (rows.MoveToOuterDisposeScope(), grid);
    }
}
