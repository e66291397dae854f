using Sa2VA.Models.Layers;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.UniPixel;

/// <summary>
/// Clicks and boxes to embeddings that stand at <c>&lt;|ref|&gt;</c> in a question (UniPixel paper, section 3.2): where, by a prompt encoder of
/// SAM, and when. C channels of the tracker, H width of the language model.
/// </summary>
public sealed class ReferenceEncoder
{
    // Tokens of a click and of a box, the padding point included, and those that either becomes.
    private const int ClickTokens = 2;
    private const int BoxTokens = 3;
    private const int Wide = 3;

    private readonly PromptEncoder _points;
    private readonly Linear _click;
    private readonly Linear _box;
    private readonly TimeCode _time;
    private readonly Tensor _timeBias;
    private readonly Linear _timeProjection;
    private readonly Linear _projection;

    /// <param name="root">Scope of the whole checkpoint.</param>
    /// <param name="tracker">Whose prompt encoder this is a copy of.</param>
    /// <param name="hidden">H.</param>
    public ReferenceEncoder(WeightScope root, Sam2Config tracker, int hidden)
    {
        long width = tracker.HiddenDim;
        _points = new PromptEncoder(root["ref_encoder"], tracker);
        _click = new Linear(root["ref_proj_single"], ClickTokens * width, Wide * width);
        _box = new Linear(root["ref_proj_double"], BoxTokens * width, Wide * width);
        _time = new TimeCode(root["tem_pe"], tracker.HiddenDim);
        _timeBias = root["tem_emb"].Get("weight", Init.Normal(1), 1, width);
        _timeProjection = new Linear(root["tem_proj"], width, Wide * width);
        _projection = new Linear(root["ref_proj"][1], 2 * Wide * width, hidden);
    }

    /// <summary>Embeddings [n, H] of objects in a clip.</summary>
    /// <param name="objects">At least one.</param>
    /// <param name="slices">Pairs of frames in the clip.</param>
    public Tensor forward(IReadOnlyList<PointedObject> objects, int slices)
    {
        using var scope = NewDisposeScope();
        var where = Where(objects);
        var when = When([.. objects.Select(one => one.Frame)], slices);
        return _projection.forward(cat([where, when], 1).gelu()).MoveToOuterDisposeScope();
    }

    /// <summary>Codes [n, 3C] of places.</summary>
    public Tensor Where(IReadOnlyList<PointedObject> objects)
    {
        using var scope = NewDisposeScope();
        return cat([.. objects.Select(Place)]).MoveToOuterDisposeScope();
    }

    /// <summary>Codes [n, 3C] of moments.</summary>
    public Tensor When(int[] frames, int slices)
    {
        using var scope = NewDisposeScope();
        var code = _time.Of(frames, 2 * slices).to(_timeBias.dtype) + _timeBias;
        return _timeProjection.forward(code).MoveToOuterDisposeScope();
    }

    private Tensor Place(PointedObject one)
    {
        var points = new PointTensors(
            tensor(one.Coordinates, [1, one.Coordinates.Length / 2, 2], _timeBias.device), tensor(one.Labels, [1, one.Labels.Length], _timeBias.device));
        var tokens = _points.EmbedPoints(points, pad: true).flatten(1);                              // [1, 2C] or [1, 3C]
        return (one.IsBox ? _box : _click).forward(tokens);
    }
}
