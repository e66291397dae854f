using Sa2VA.Models.Layers;
using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.UniPixel;

/// <summary>
/// What the vision tower saw of an object, as embeddings that stand at <c>&lt;|mem|&gt;</c> (<c>msk_proj</c>): one for each pair of frames
/// with a mask of it.
/// </summary>
public sealed class ObjectFeatures
{
    /// <summary>
    /// The tower has its rows window by window, and the official code picks them with masks row by row, in training as well. To put either
    /// right would show the published weights what they have never seen.
    /// </summary>
    public const bool PicksWindowOrderedRowsInRasterOrder = true;

    private readonly Linear _first;
    private readonly Linear _second;

    /// <param name="w">Scope <c>msk_proj</c>.</param>
    /// <param name="width">Of a group of patches.</param>
    /// <param name="hidden">Width of the language model.</param>
    public ObjectFeatures(WeightScope w, long width, int hidden)
    {
        _first = new Linear(w[0], width, width);
        _second = new Linear(w[2], width, hidden);
    }

    /// <summary>Where an object is in each slice, on the grid of tokens: [T, rows · columns] of bool.</summary>
    /// <param name="masks">[F, H, W] of 0 and 1 for the frames that the tower saw, of any size.</param>
    /// <param name="grid">The tower's patches.</param>
    /// <param name="c">The tower.</param>
    public static Tensor OnGrid(Tensor masks, PatchGrid grid, QwenVisionConfig c)
    {
        using var scope = NewDisposeScope();
        var depth = c.TemporalPatchSize;
        var missing = grid.Slices * depth - masks.size(0);
        if (missing < 0 || missing >= depth)
            throw new ArgumentException($"There are {masks.size(0)} masks for a clip of {grid.Slices * depth} frames.", nameof(masks));
        var frames = masks.to(float32);
        if (missing > 0)
            frames = cat([frames, frames.narrow(0, frames.size(0) - 1, 1).expand(missing, -1, -1)]);
        var slices = frames.unflatten(0, grid.Slices, depth).amax([1]).unsqueeze(1);                 // [T, 1, H, W]
        var seen = F.interpolate(slices, (long)grid.Rows * c.PatchSize, (long)grid.Columns * c.PatchSize, antialias: true);
        var cell = (long)c.PatchSize * c.MergeSize;
        return F.max_pool2d(seen, cell, cell).gt(0).flatten(1).MoveToOuterDisposeScope();            // [T, rows · columns]
    }

    /// <summary>The rows that masks pick from, in the order in which they do.</summary>
    /// <param name="groups">[T · rows · columns, width]: what the tower's merger reads, in the tower's order.</param>
    /// <param name="order">That order.</param>
    /// <param name="asTheyStand">Left out but for tests.</param>
    public static Tensor Rows(Tensor groups, WindowOrder order, bool asTheyStand = PicksWindowOrderedRowsInRasterOrder)
    {
        if (asTheyStand)
            return groups.alias();
        using var inverse = tensor(order.Inverse(), groups.device);
        return groups.index_select(0, inverse);
    }

    /// <summary>The mean of an object's rows in each slice that has any: [slices with it, width].</summary>
    /// <param name="groups">[T · rows · columns, width], see <see cref="Rows"/>.</param>
    /// <param name="cells">[T, rows · columns] of bool.</param>
    public static Tensor Pool(Tensor groups, Tensor cells)
    {
        using var scope = NewDisposeScope();
        var (slices, count) = (cells.size(0), cells.size(1));
        var picked = cells.ToArray<bool>();
        var means = new List<Tensor>();
        for (var slice = 0L; slice < slices; slice++)
        {
            long[] rows = [.. Enumerable.Range(0, (int)count).Where(cell => picked[slice * count + cell]).Select(cell => slice * count + cell)];
            if (rows.Length > 0)
                means.Add(groups.index_select(0, tensor(rows, groups.device)).mean(0, keepdim: true));
        }

        return (means.Count > 0 ? cat([.. means]) : groups.narrow(0, 0, 0)).MoveToOuterDisposeScope();
    }

    /// <param name="means">[n, width] → [n, H]</param>
    public Tensor forward(Tensor means)
    {
        using var scope = NewDisposeScope();
        return _second.forward(_first.forward(means, Activation.Gelu)).MoveToOuterDisposeScope();
    }
}
