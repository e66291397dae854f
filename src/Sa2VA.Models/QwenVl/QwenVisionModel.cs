using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.QwenVl;

/// <summary>What a tower makes of an image.</summary>
/// <param name="Tokens">[n/4, H], row by row.</param>
/// <param name="Deep">For each of the first decoder layers what is added after it, [n/4, H]; none for Qwen2.5-VL.</param>
public sealed record QwenVisionFeatures(Tensor Tokens, IReadOnlyList<Tensor> Deep);

/// <summary>The vision tower of Qwen2.5-VL and Qwen3-VL (scope <c>visual</c>), one image or clip at a time.</summary>
public sealed class QwenVisionModel
{
    private const double RotaryTheta = 10_000;

    private readonly Tensor _patchWeight;
    private readonly Tensor? _patchBias;
    private readonly Tensor? _positions;
    private readonly QwenVisionBlock[] _blocks;
    private readonly PatchMerger _merger;
    private readonly PatchMerger[] _deepMergers;

    public QwenVisionModel(WeightScope w, QwenVisionConfig c)
    {
        Config = c;
        var patch = w["patch_embed"]["proj"];
        _patchWeight = patch.GetMatrix("weight", Init.FanIn, c.HiddenSize, c.Channels, c.TemporalPatchSize, c.PatchSize, c.PatchSize);
        _patchBias = c.IsQwen3 ? patch.Get("bias", Init.Zeros, c.HiddenSize) : null;
        _positions = c.IsQwen3 ? w["pos_embed"].GetMatrix("weight", Init.Normal(0.02), (long)c.PositionGrid * c.PositionGrid, c.HiddenSize) : null;
        _blocks = [.. Enumerable.Range(0, c.Layers).Select(i => new QwenVisionBlock(w["blocks"][i], c))];
        _merger = new PatchMerger(w["merger"], c);
        _deepMergers = [.. c.DeepstackBlocks.Select((_, i) => new PatchMerger(w["deepstack_merger_list"][i], c, groupsFirst: true))];
    }

    public QwenVisionConfig Config { get; }

    /// <param name="rows">[n, values] of <see cref="ImagePatches.Cut"/>.</param>
    /// <param name="grid">Where they stand.</param>
    /// <param name="observe">Sees the state after each block by its number, in the order that the tower has it; before the first as -1.</param>
    /// <param name="observeGroups">Sees the groups of patches that become tokens, [n/4, 4C], in the order that the tower has them; borrowed.</param>
    public QwenVisionFeatures forward(Tensor rows, PatchGrid grid, Action<int, Tensor>? observe = null, Action<Tensor>? observeGroups = null)
    {
        using var scope = NewDisposeScope();
        var (cos, sin) = Rotations(grid, rows.device);                                               // [n, 1, d]
        var x = F.linear(rows, _patchWeight.view(Config.HiddenSize, -1), _patchBias);                // [n, C]
        if (_positions is not null)
            x = x + Positions(_positions, grid, x.dtype, x.device);
        observe?.Invoke(-1, x);

        var windows = Config.IsQwen3 ? null : WindowOrder.Of(grid, Config);
        if (windows is not null)
            (x, cos, sin) = (Grouped(x, windows.Order), Grouped(cos, windows.Order), Grouped(sin, windows.Order));
        int[] slices = [.. Enumerable.Repeat(grid.Rows * grid.Columns, grid.Slices)];
        int[] stretches = windows is null ? slices : [.. windows.Lengths.Select(length => length * Config.GroupSize)];
        var deep = new Tensor[_deepMergers.Length];
        for (var i = 0; i < _blocks.Length; i++)
        {
            x = _blocks[i].forward(x, Config.FullAttentionBlocks.Contains(i) ? slices : stretches, cos, sin);
            observe?.Invoke(i, x);
            if (Config.DeepstackBlocks.IndexOf(i) is var j and >= 0)
                deep[j] = _deepMergers[j].forward(x).MoveToOuterDisposeScope();
        }

        var tokens = _merger.forward(x, observeGroups);                                                             // [n/4, H]
        if (windows is not null)
            tokens = tokens.index_select(0, tensor(windows.Inverse(), x.device));
        return new QwenVisionFeatures(tokens.MoveToOuterDisposeScope(), deep);
    }

    /// <summary>Rows in groups of <see cref="QwenVisionConfig.GroupSize"/>, the groups in another order.</summary>
    private Tensor Grouped(Tensor x, long[] order)
    {
        using var scope = NewDisposeScope();
        var groups = x.reshape([-1, Config.GroupSize, .. x.shape[1..]]);
        return groups.index_select(0, tensor(order, x.device)).reshape(x.shape).MoveToOuterDisposeScope();
    }

    /// <summary>A quarter of a head turns with the row, another with the column; that, twice.</summary>
    private (Tensor Cos, Tensor Sin) Rotations(PatchGrid grid, Device device)
    {
        using var scope = NewDisposeScope();
        var quarter = Config.HeadSize / 4;
        var exponents = arange(0, 2L * quarter, 2, float32, device) / (2.0 * quarter);
        var frequencies = full([], RotaryTheta, float32, device).pow(exponents).reciprocal();        // [d/4]
        var places = grid.Places(Config.MergeSize).ToArray();
        var angles = cat(
        [
            outer(tensor(places.Select(place => (float)place.Row).ToArray(), device), frequencies),
            outer(tensor(places.Select(place => (float)place.Column).ToArray(), device), frequencies),
        ], 1);                                                                                       // [n, d/2]
        var twice = cat([angles, angles], 1).repeat(grid.Slices, 1).unsqueeze(1);                    // [n, 1, d]
        return (twice.cos().MoveToOuterDisposeScope(), twice.sin().MoveToOuterDisposeScope());
    }

    /// <summary>The table of learned positions stretched over the grid, its corners over the grid's, bilinearly: [n, C].</summary>
    private Tensor Positions(Tensor table, PatchGrid grid, ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        var side = Config.PositionGrid;
        var places = grid.Places(Config.MergeSize).ToArray();
        var sum = zeros([places.Length, Config.HiddenSize], float32, device);
        for (var corner = 0; corner < 4; corner++)
        {
            var (indices, weights) = (new long[places.Length], new float[places.Length]);
            for (var i = 0; i < places.Length; i++)
            {
                var (row, rowWeight) = Neighbour(places[i].Row, grid.Rows, corner / 2);
                var (column, columnWeight) = Neighbour(places[i].Column, grid.Columns, corner % 2);
                (indices[i], weights[i]) = ((long)row * side + column, rowWeight * columnWeight);
            }

            sum = sum + F.embedding(table, tensor(indices, device)).to(float32) * tensor(weights, device).unsqueeze(1);
        }

        return sum.repeat(grid.Slices, 1).to(type).MoveToOuterDisposeScope();

        (int Index, float Weight) Neighbour(int at, int count, int next)
        {
            var place = count == 1 ? 0 : at * (side - 1.0) / (count - 1);
            var below = (int)place;
            var share = (float)(place - below);
            return (Math.Min(below + next, side - 1), next == 0 ? 1 - share : share);
        }
    }
}
