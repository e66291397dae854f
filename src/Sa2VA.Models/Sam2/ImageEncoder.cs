using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>Trunk and feature pyramid.</summary>
public sealed class ImageEncoder(WeightScope w, Sam2Config config)
{
    public Hiera trunk { get; } = new(w["trunk"], config.Trunk);

    public FpnNeck neck { get; } = new(w["neck"], config.Neck, config.Trunk.StageWidths());

    /// <summary>[B, 3, S, S] → the pyramid's levels, finest first: strides 4, 8 and 16.</summary>
    public Tensor[] forward(Tensor image)
    {
        using var scope = NewDisposeScope();
        return [.. neck.forward(trunk.forward(image)).Select(level => level.MoveToOuterDisposeScope())];
    }
}
