using Sa2VA.Models.InternViT;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sa2va;

/// <summary>Frames to language tokens: InternViT, grouping of patches, projector.</summary>
public sealed class VisionTower
{
    private readonly Sa2vaConfig _config;
    private readonly VisionProjector _projector;

    public VisionTower(WeightScope root, Sa2vaConfig c)
    {
        _config = c;
        vision_model = new InternVisionModel(root["vision_model"], c.Vision);
        _projector = new VisionProjector(root["mlp1"], (long)c.Vision.HiddenSize * c.GroupSide * c.GroupSide, c.Language.HiddenSize);
    }

    public InternVisionModel vision_model { get; }

    /// <param name="pixels">[B, 3, S, S] normalised.</param>
    /// <returns>[B, tokens per frame, H]</returns>
    public Tensor forward(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        return Project(vision_model.forward(pixels, _config.SelectLayer), pixels.size(2)).MoveToOuterDisposeScope();
    }

    /// <summary>States of the vision tower [B, 1 + g·g, C] of frames of a side → [B, tokens per frame, H].</summary>
    public Tensor Project(Tensor state, long side)
    {
        using var scope = NewDisposeScope();
        var grid = side / _config.Vision.PatchSize;
        var patches = state.narrow(1, 1, grid * grid).reshape(state.size(0), grid, grid, -1);
        var groups = PixelShuffle.Apply(patches, _config.GroupSide, _config.TransposedGroups);       // [B, g/2, g/2, 4C]
        return _projector.forward(groups.flatten(1, 2)).MoveToOuterDisposeScope();                   // [B, tokens, H]
    }
}
