using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// Lets a frame's features attend to what is remembered (sam2/modeling/memory_attention.py). <see cref="forward"/> is the official
/// form over concatenated memories; tracking goes through <see cref="MemoryReader"/>, which computes the same from kept parts.
/// </summary>
public sealed class MemoryAttention
{
    // The share of the position map that is added to the input.
    private const double InputShare = 0.1;

    private readonly MemoryAttentionConfig _config;

    public MemoryAttention(WeightScope w, MemoryAttentionConfig config)
    {
        _config = config;
        layers = [.. Enumerable.Range(0, config.NumLayers).Select(i => new MemoryAttentionLayer(w["layers"][i], config))];
        norm = new LayerNorm(w["norm"], config.DModel);
    }

    public IReadOnlyList<MemoryAttentionLayer> layers { get; }

    public LayerNorm norm { get; }

    /// <summary>Sequence-first, as the official module: N tokens of the frame, M of the memory, B objects.</summary>
    /// <param name="curr">(N, B, C)</param>
    /// <param name="memory">(M, B, D): whole maps of N tokens, then the pointer tokens.</param>
    /// <param name="currPos">(N, B, C)</param>
    /// <param name="memoryPos">(M, B, D)</param>
    /// <param name="numObjPtrTokens">Number of pointer tokens.</param>
    /// <param name="observe">Sees each layer's output (B, N, C) by name: for comparing with recorded activations.</param>
    /// <returns>(N, B, C)</returns>
    public Tensor forward(Tensor curr, Tensor memory, Tensor currPos, Tensor memoryPos, long numObjPtrTokens, Action<string, Tensor>? observe = null)
    {
        using var scope = NewDisposeScope();
        var positions = currPos.transpose(0, 1).contiguous();
        var x = Begin(curr.transpose(0, 1).contiguous(), positions);
        var (tokens, tokenPositions) = (memory.transpose(0, 1).contiguous(), memoryPos.transpose(0, 1).contiguous());
        for (var i = 0; i < layers.Count; i++)
        {
            x = layers[i].forward(x, positions, tokens, tokenPositions, numObjPtrTokens);
            observe?.Invoke($"layer{i}", x);
        }

        return norm.forward(x).transpose(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>The input of the first layer.</summary>
    public Tensor Begin(Tensor frame, Tensor framePositions)
    {
        using var scope = NewDisposeScope();
        return (_config.PosEncAtInput ? frame + framePositions * InputShare : frame.alias()).MoveToOuterDisposeScope();
    }
}
