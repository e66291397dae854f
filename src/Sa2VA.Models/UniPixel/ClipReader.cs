using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sam2;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.UniPixel;

/// <summary>Shows clips to the vision tower and reads them into the language model.</summary>
internal sealed class ClipReader(UniPixelNetwork network, UniPixelTokens tokens, ScalarType type, Device device)
{
    // Frames given as a list count as two a second, so a slice of two frames lasts a second; a second is two steps of time.
    private const int StepsPerSlice = 2;

    /// <summary>Looks at a clip and reads it.</summary>
    /// <param name="frames">Of one size that <see cref="UniPixelConfig.FrameSize"/> may give.</param>
    /// <param name="observeGroups">See <see cref="QwenVisionModel.forward"/>.</param>
    public VisionPrefix Read(IReadOnlyList<RgbPixels> frames, Action<Tensor>? observeGroups = null)
    {
        using var scope = NewDisposeScope();
        var (rows, grid) = ImagePatches.Cut(Pixels(frames), network.Config.Vision);
        var seen = network.Vision.forward(rows.to(type, device), grid, observe: null, observeGroups);
        var ids = tokens.Prefix((int)seen.Tokens.size(0));
        var embedded = network.LanguageModel.Embed(ids);
        Placeholders.Fill(embedded, ids, tokens.Placeholder, seen.Tokens);
        return VisionPrefix.Read(network.LanguageModel, ids.Length, new VisionInput(frames), cache =>
            network.LanguageModel.forward(embedded, [new Continuation(cache, ids.Length) { Positions = Positions(ids, grid) }]));
    }

    /// <summary>The patches of a clip.</summary>
    public PatchGrid Grid(IReadOnlyList<RgbPixels> frames)
    {
        var side = network.Config.Vision.PatchSize;
        return new PatchGrid(network.Config.Slices(frames.Count), frames[0].Height / side, frames[0].Width / side);
    }

    /// <summary>Refuses clips that cannot be looked at.</summary>
    public void Check(IReadOnlyList<RgbPixels> frames)
    {
        if (frames.Count == 0)
            throw new ArgumentException("There is no frame to look at.", nameof(frames));
        var side = network.Config.GroupSide;
        foreach (var frame in frames)
        {
            if (frame.Width < 1 || frame.Height < 1 || frame.Width % side != 0 || frame.Height % side != 0 || frame.Bytes.Length != (long)frame.Width * frame.Height * 3)
                throw new ArgumentException($"The vision tower takes frames with sides that are multiples of {side}; one is {frame.Width}x{frame.Height}. Resize it first.", nameof(frames));
            if (frame.Width != frames[0].Width || frame.Height != frames[0].Height)
                throw new ArgumentException($"The frames of a clip are of one size; one is {frame.Width}x{frame.Height}, another {frames[0].Width}x{frames[0].Height}.", nameof(frames));
        }

        var count = tokens.Prefix(Grid(frames).Count / network.Config.Vision.GroupSize).Length;
        if (count >= LanguageModel.ContextLimit)
            throw new ArgumentException($"{frames.Count} frames take {count} tokens, more than the {LanguageModel.ContextLimit} that the language model reads; choose fewer key frames.", nameof(frames));
    }

    private Tensor Pixels(IReadOnlyList<RgbPixels> frames)
    {
        var missing = network.Config.Slices(frames.Count) * network.Config.Vision.TemporalPatchSize - frames.Count;
        var pixels = frames.Select(frame => ImageNormalizer.Clip.Normalize(frame.Bytes.Span, frame.Height, frame.Width)).ToList();
        return cat([.. pixels, .. Enumerable.Repeat(pixels[^1], missing)]);                          // [F, 3, H, W]
    }

    private TokenPositions Positions(int[] ids, PatchGrid grid)
    {
        var (positions, merge) = (new TokenPositions(), network.Config.Vision.MergeSize);
        var first = Array.IndexOf(ids, tokens.Placeholder);
        positions.AddText(first);
        positions.AddGrid([.. Enumerable.Range(0, grid.Slices).Select(slice => slice * StepsPerSlice)], grid.Rows / merge, grid.Columns / merge);
        positions.AddText(ids.Length - positions.Count);
        return positions;
    }
}
