using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sam2;

/// <summary>Hiera's MultiScaleBlock: attention in windows (or over the whole map), halving the map where a stage begins.</summary>
public sealed class HieraBlock
{
    private readonly HieraBlockPlan _plan;
    private readonly LayerNorm norm1;
    private readonly HieraAttention attn;
    private readonly LayerNorm norm2;
    private readonly Mlp mlp;
    private readonly Linear? proj;

    public HieraBlock(WeightScope w, HieraBlockPlan plan)
    {
        _plan = plan;
        norm1 = new LayerNorm(w["norm1"], plan.Inputs, eps: 1e-6);
        attn = new HieraAttention(w["attn"], plan);
        norm2 = new LayerNorm(w["norm2"], plan.Outputs, eps: 1e-6);
        mlp = new Mlp(w["mlp"], plan.Outputs, plan.Hidden, plan.Outputs, depth: 2, Activation.Gelu);
        proj = plan.Inputs == plan.Outputs ? null : new Linear(w["proj"], plan.Inputs, plan.Outputs);
    }

    /// <summary>(B, H, W, Cin) → (B, H/pool, W/pool, Cout)</summary>
    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = AddAttention(x);
        using var normal = norm2.forward(x);
        return mlp.forward(normal).add_(x).MoveToOuterDisposeScope();
    }

    // The maps of the first stages are large: each is let go as soon as it has been read, so that the next one takes its memory.
    private Tensor AddAttention(Tensor x)
    {
        using var scope = NewDisposeScope();
        var normal = norm1.forward(x);
        var shortcut = proj is null ? x : MaxPool(proj.forward(normal), _plan.Pool);    // (B, H', W', Cout)
        var attended = _plan.Window == 0 ? attn.forward(normal) : AttendInWindows(normal, shortcut.size(1), shortcut.size(2));
        return attended.add_(shortcut).MoveToOuterDisposeScope();
    }

    private Tensor AttendInWindows(Tensor x, long height, long width)
    {
        using var scope = NewDisposeScope();
        var grid = new WindowGrid(x.size(0), x.size(1), x.size(2), _plan.Window);
        var windows = grid.Partition(x);
        x.Dispose();
        var y = attn.forward(windows);                                                  // (B·n, window/pool, window/pool, Cout)
        windows.Dispose();
        return grid.Shrink(_plan.Pool).Join(y, height, width).MoveToOuterDisposeScope();
    }

    /// <summary>The largest of each pool × pool square of a channels-last map.</summary>
    internal static Tensor MaxPool(Tensor x, int pool)
    {
        if (pool == 1)
            return x;
        using var scope = NewDisposeScope();
        return F.max_pool2d(x.permute(0, 3, 1, 2), pool, pool).permute(0, 2, 3, 1).contiguous().MoveToOuterDisposeScope();
    }
}
