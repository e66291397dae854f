using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Sam2;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sa2va;

/// <summary>What a Qwen-VL tower saw of the frames of a video, ready to be read by the language model.</summary>
internal sealed class QwenVlFrames
{
    private readonly List<QwenVisionFeatures> _features = [];
    private readonly List<PatchGrid> _grids = [];
    private readonly QwenVisionModel _tower;

    /// <summary>Looks at frames one at a time, as the official code does: they may be of any size that the tower takes.</summary>
    public QwenVlFrames(QwenVisionModel tower, IReadOnlyList<RgbPixels> frames, ScalarType type, Device device)
    {
        _tower = tower;
        var normalizer = tower.Config.IsQwen3 ? ImageNormalizer.Symmetric : ImageNormalizer.Clip;
        foreach (var frame in frames)
        {
            using var scope = NewDisposeScope();
            var (rows, grid) = ImagePatches.Cut(normalizer.Normalize(frame.Bytes.Span, frame.Height, frame.Width), tower.Config);
            var seen = tower.forward(rows.to(type, device), grid);
            seen.Tokens.MoveToOuterDisposeScope();
            foreach (var layer in seen.Deep)
                layer.MoveToOuterDisposeScope();
            _features.Add(seen);
            _grids.Add(grid);
        }
    }

    /// <summary>Tokens of each frame.</summary>
    public IReadOnlyList<int> Tokens => [.. _grids.Select(grid => grid.Count / _tower.Config.GroupSize)];

    /// <summary>[tokens of all frames, H]</summary>
    public Tensor Embeddings => cat([.. _features.Select(seen => seen.Tokens)]);

    /// <summary>Where the tokens of a prompt stand, whose placeholders are those of the frames, in order.</summary>
    public TokenPositions Positions(ReadOnlySpan<int> ids, int placeholder)
    {
        var (positions, frame) = (new TokenPositions(), 0);
        for (var i = 0; i < ids.Length;)
        {
            if (ids[i] != placeholder)
            {
                positions.AddText(1);
                i++;
                continue;
            }

            var grid = _grids[frame];
            positions.AddGrid([0], grid.Rows / _tower.Config.MergeSize, grid.Columns / _tower.Config.MergeSize);
            i += Tokens[frame++];
        }

        return positions;
    }

    /// <summary>What is added to the states at the placeholders; null for a tower without deepstack.</summary>
    public DeepFeatures? Deep(ReadOnlySpan<int> ids, int placeholder, Device device)
    {
        if (_tower.Config.DeepstackBlocks.IsEmpty)
            return null;
        var places = new List<long>();
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] == placeholder)
                places.Add(i);
        }

        return new DeepFeatures(
            tensor(places.ToArray(), device),
            [.. Enumerable.Range(0, _tower.Config.DeepstackBlocks.Length).Select(layer => cat([.. _features.Select(seen => seen.Deep[layer])]))]);
    }
}
