using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// The image trunk (sam2/modeling/backbones/hieradet.py). B images, C channels, h = H/4, w = W/4; everything inside is channels-last.
/// </summary>
public sealed class Hiera
{
    private readonly Tensor pos_embed;
    private readonly Tensor pos_embed_window;
    private readonly Conv2d patch_embed;
    private readonly HieraBlock[] blocks;
    private readonly int[] _stageEnds;
    private readonly ConstantTable<(long, long)> _positions;

    public Hiera(WeightScope w, HieraConfig config)
    {
        patch_embed = new Conv2d(w["patch_embed"]["proj"], 3, config.EmbedDim, kernel: 7, stride: 4, padding: 3);
        var background = config.WindowPosEmbedBkgSpatialSize;
        pos_embed = w.Get("pos_embed", Init.TruncatedNormal(), 1, config.EmbedDim, background[0], background[1]);
        pos_embed_window = w.Get("pos_embed_window", Init.TruncatedNormal(), 1, config.EmbedDim, config.WindowSpec[0], config.WindowSpec[0]);
        _positions = w.Own(new ConstantTable<(long, long)>());

        var plan = HieraBlockPlan.Of(config);
        blocks = [.. plan.Select((block, i) => new HieraBlock(w["blocks"][i], block))];
        _stageEnds = [.. plan.Select((block, i) => (block, i)).Where(entry => entry.block.EndsStage).Select(entry => entry.i)];
    }

    /// <summary>One map per stage, finest first: [B, C, h, w], [B, 2C, h/2, w/2], … as channels-last views.</summary>
    /// <param name="image">[B, 3, H, W], normalised; sides divisible by 4.</param>
    /// <param name="observe">Sees every intermediate, channels-last, by name: for comparing with recorded activations.</param>
    public Tensor[] forward(Tensor image, Action<string, Tensor>? observe = null)
    {
        using var scope = NewDisposeScope();
        var x = patch_embed.forward(image).permute(0, 2, 3, 1).contiguous();    // (B, h, w, C)
        observe?.Invoke("patch_embed", x);
        var position = Positions(x.size(1), x.size(2));
        observe?.Invoke("pos_embed", position);
        x = x + position;

        var stages = new List<Tensor>(_stageEnds.Length);
        for (var i = 0; i < blocks.Length; i++)
        {
            var before = x;
            x = blocks[i].forward(x);
            if (!stages.Contains(before))
                before.Dispose();
            observe?.Invoke($"block{i}", x);
            if (_stageEnds.Contains(i))
                stages.Add(x);
        }

        return [.. stages.Select(stage => stage.permute(0, 3, 1, 2).MoveToOuterDisposeScope())];
    }

    /// <summary>The stored grid resized to the map, plus the window's grid tiled over it: [1, h, w, C]. A constant of the size.</summary>
    public Tensor Positions(long height, long width)
    {
        if (is_grad_enabled())
            return MakePositions(height, width);
        return _positions.Get((height, width), size => MakePositions(size.Item1, size.Item2));
    }

    private Tensor MakePositions(long height, long width)
    {
        var window = pos_embed_window.size(-1);
        if (height % window != 0 || width % window != 0)
        {
            throw new ArgumentException(
                $"The image gives a map of {height}×{width} tokens, but the position windows are {window}×{window} and must fit a whole number of times: use sides divisible by {4 * window}.");
        }

        using var scope = NewDisposeScope();
        var whole = nn.functional.interpolate(pos_embed, height, width, InterpolationMode.Bicubic);
        var sum = whole + pos_embed_window.repeat(1, 1, height / window, width / window);
        return sum.permute(0, 2, 3, 1).contiguous().MoveToOuterDisposeScope();
    }
}
