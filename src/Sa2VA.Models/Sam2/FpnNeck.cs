using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// The feature pyramid (sam2/modeling/backbones/image_encoder.py, FpnNeck): every stage gets the same width, and the chosen levels
/// add the coarser level's result, doubled by repetition. The official <c>convs</c> are stored deepest stage first.
/// </summary>
public sealed class FpnNeck
{
    private readonly FpnConfig _config;
    private readonly PointwiseConv[] convs;

    /// <param name="w">Scope that holds <c>convs</c>.</param>
    /// <param name="config">Width and levels.</param>
    /// <param name="stageWidths">Channels of the trunk's stages, finest first.</param>
    public FpnNeck(WeightScope w, FpnConfig config, IReadOnlyList<int> stageWidths)
    {
        _config = config;
        convs = [.. stageWidths.Reverse().Select((width, k) => new PointwiseConv(w["convs"][k]["conv"], width, config.DModel))];
        position_encoding = new SinePosition(w, config.Position);
    }

    /// <summary>The sine maps that go with the levels.</summary>
    public SinePosition position_encoding { get; }

    /// <summary>Stages [B, C, h, w] finest first → levels of the same sizes with the pyramid's width, the coarsest dropped.</summary>
    public Tensor[] forward(IReadOnlyList<Tensor> stages)
    {
        using var scope = NewDisposeScope();
        var levels = new Tensor[stages.Count];
        Tensor? above = null;
        for (var level = stages.Count - 1; level >= 0; level--)
        {
            var lateral = convs[stages.Count - 1 - level].forward(stages[level].permute(0, 2, 3, 1));    // (B, h, w, C)
            above = above is not null && _config.TopDownLevels.Contains(level) ? lateral + Twice(above) : lateral;
            levels[level] = above.permute(0, 3, 1, 2);
        }

        return [.. levels[..^_config.Scalp].Select(level => level.MoveToOuterDisposeScope())];
    }

    // Nearest neighbour, (B, h, w, C) → (B, 2h, 2w, C)
    private static Tensor Twice(Tensor x)
    {
        var nchw = x.permute(0, 3, 1, 2);
        return F.interpolate(nchw, 2 * x.size(1), 2 * x.size(2), InterpolationMode.Nearest).permute(0, 2, 3, 1);
    }
}
