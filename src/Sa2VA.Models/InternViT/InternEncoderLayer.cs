using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.InternViT;

/// <summary>A pre-norm transformer layer whose two branches are scaled per channel (<c>ls1</c>, <c>ls2</c>).</summary>
public sealed class InternEncoderLayer
{
    private readonly VisionNorm _norm1;
    private readonly VisionNorm _norm2;

    public InternEncoderLayer(WeightScope w, InternVisionConfig c)
    {
        attn = new InternAttention(w["attn"], c);
        fc1 = new Linear(w["mlp"]["fc1"], c.HiddenSize, c.IntermediateSize);
        fc2 = new Linear(w["mlp"]["fc2"], c.IntermediateSize, c.HiddenSize);
        _norm1 = new VisionNorm(w["norm1"], c);
        _norm2 = new VisionNorm(w["norm2"], c);
        ls1 = w.Get("ls1", Init.Constant(c.InitializerFactor), c.HiddenSize);
        ls2 = w.Get("ls2", Init.Constant(c.InitializerFactor), c.HiddenSize);
    }

    public InternAttention attn { get; }

    public Linear fc1 { get; }

    public Linear fc2 { get; }

    public Tensor ls1 { get; }

    public Tensor ls2 { get; }

    /// <param name="x">[B, N, C]</param>
    public Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = x + attn.forward(_norm1.forward(x)) * ls1;
        x = x + fc2.forward(fc1.forward(_norm2.forward(x), Activation.Gelu)) * ls2;
        return x.MoveToOuterDisposeScope();
    }
}
