using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.InternViT;

/// <summary>InternViT, the vision tower of InternVL (prefix <c>vision_model</c>). There is no norm after the last layer.</summary>
public sealed class InternVisionModel
{
    private readonly InternEncoderLayer[] _layers;

    public InternVisionModel(WeightScope w, InternVisionConfig c)
    {
        Config = c;
        embeddings = new InternVisionEmbeddings(w["embeddings"], c);
        _layers = [.. Enumerable.Range(0, c.Layers).Select(i => new InternEncoderLayer(w["encoder"]["layers"][i], c))];
    }

    public InternVisionConfig Config { get; }

    public InternVisionEmbeddings embeddings { get; }

    /// <param name="pixels">[B, 3, H, W] normalised.</param>
    /// <param name="select_layer">Which state is the result: -1 after the last layer, -2 before it, and so on down to the embeddings.</param>
    /// <returns>[B, 1 + h·w, C], the class token first.</returns>
    public Tensor forward(Tensor pixels, int select_layer = -1)
    {
        var depth = _layers.Length + 1 + select_layer;
        if (select_layer >= 0 || depth < 0)
            throw new ArgumentOutOfRangeException(nameof(select_layer), select_layer, $"-1 to -{_layers.Length + 1} select a state of {_layers.Length} layers.");
        var x = embeddings.forward(pixels);
        foreach (var layer in _layers.AsSpan(0, depth))
        {
            using var before = x;
            x = layer.forward(before);
        }

        return x;
    }
}
