using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sam2;

/// <summary>Hiera's MultiScaleAttention within each map it is given; at a stage change the queries are pooled after their projection.</summary>
public sealed class HieraAttention(WeightScope w, HieraBlockPlan plan)
{
    private readonly Linear qkv = new(w["qkv"], plan.Inputs, 3 * plan.Outputs);
    private readonly Linear proj = new(w["proj"], plan.Outputs, plan.Outputs);

    /// <summary>(B, H, W, Cin) → (B, H/pool, W/pool, Cout)</summary>
    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return proj.forward(Attend(x)).MoveToOuterDisposeScope();
    }

    private Tensor Attend(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (batch, height, width) = (x.size(0), x.size(1), x.size(2));
        var all = qkv.forward(x).view(batch, height * width, 3, plan.Heads, plan.Outputs / plan.Heads);
        var q = all.select(2, 0);                                                        // (B, H·W, heads, d)
        if (plan.Pool > 1)
        {
            q = HieraBlock.MaxPool(q.reshape(batch, height, width, plan.Outputs), plan.Pool);
            (height, width) = (q.size(1), q.size(2));
            q = q.view(batch, height * width, plan.Heads, plan.Outputs / plan.Heads);
        }

        var y = F.scaled_dot_product_attention(q.transpose(1, 2), all.select(2, 1).transpose(1, 2), all.select(2, 2).transpose(1, 2));
        return y.transpose(1, 2).reshape(batch, height, width, plan.Outputs).MoveToOuterDisposeScope();
    }
}
