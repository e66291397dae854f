using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sa2va;

// Still pictures, which are seen in tiles, and regions of them.
public sealed partial class Sa2vaModel
{
    /// <summary>The tokens of what is shown, from the beginning of the turn.</summary>
    internal int[] PrefixIds(VisionInput input)
    {
        if (Config.QwenVision is { } qwen)
            return _prompts.Prefix([.. input.Pictures.Select(frame => frame.Width / qwen.PatchSize * (frame.Height / qwen.PatchSize) / qwen.GroupSize)]);
        return input.IsStill
            ? _prompts.StillPrefix(input.Pictures.Count * Config.TokensPerFrame, [.. input.Regions.Select(cells => cells.Count)])
            : PrefixIds(input.Pictures.Count);
    }

    private void CheckRegions(VisionInput input)
    {
        if (input.Regions.Count == 0)
            return;
        if (Config.QwenVision is not null)
            throw new ArgumentException("A Sa2VA over Qwen-VL was not trained to be asked about regions; take one over InternVL.", nameof(input));
        if (!input.IsStill)
            throw new ArgumentException("Only a still picture can have regions; ask about one key frame at a time.", nameof(input));
        if (input.Regions.Any(cells => cells.Count == 0 || cells.Any(cell => cell < 0 || cell >= Config.TokensPerFrame)))
            throw new ArgumentException($"The cells of a region must be some of 0 to {Config.TokensPerFrame - 1}.", nameof(input));
    }

    /// <summary>The tokens of the tiles, then those of the regions again, which are cells of the last: [n, H].</summary>
    private Tensor WithRegions(Tensor tiles, IReadOnlyList<IReadOnlyList<int>> regions)
    {
        using var scope = NewDisposeScope();
        var all = tiles.reshape(-1, tiles.size(-1));
        if (regions.Count == 0)
            return all.MoveToOuterDisposeScope();
        var whole = all.narrow(0, all.size(0) - Config.TokensPerFrame, Config.TokensPerFrame);
        var cells = tensor(regions.SelectMany(region => region).Select(cell => (long)cell).ToArray(), whole.device);
        return cat([all, whole.index_select(0, cells)]).MoveToOuterDisposeScope();
    }
}
