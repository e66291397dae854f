using Sa2VA.Models.Sam2;
using Sa2VA.Tensors;
using Sa2VA.Training.Data;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Objectives;

/// <summary>Masks of a click inside a thing, or of its box, on a frame without memory (SAM, section 3): so that a person can prompt and correct.</summary>
public sealed class ClickObjective(TrainingNetwork network, LossWeights weights)
{
    private const int Positive = 1;
    private const int BoxCorner = 2;

    private readonly MaskObjective _masks = new(weights);

    /// <summary>Adds the losses of the tracks that are seen on the conditioning frames: clicks on the first, boxes on the last.</summary>
    public void Add(LossSum losses, TrainingBatch batch, FrameFeatures frames)
    {
        if (weights.Click == 0)
            return;
        foreach (var slot in (int[])[0, batch.Slots - 1])
        {
            var shown = batch.Clips.SelectMany((clip, row) => clip.Tracks.Select(masks => (Row: row, Mask: masks[slot]))).Where(track => track.Mask.IsVisible).ToList();
            if (shown.Count == 0)
                continue;
            var points = shown.Select(track => slot == 0 ? Click(track.Mask.Prompt, batch.TrackerSide) : Box(track.Mask.Prompt, batch.TrackerSide)).ToList();
            var count = points[0].Length / 2;
            var labels = Enumerable.Repeat(slot == 0 ? [Positive] : (int[])[BoxCorner, BoxCorner + 1], shown.Count).SelectMany(label => label).ToArray();
            var prompt = new PointTensors(batch.Numbers(points.SelectMany(point => point)).view(shown.Count, count, 2), tensor(labels, [shown.Count, count], batch.TrackerFrames.device));

            var sam2 = network.Model.Sam2;
            var rows = batch.Indexes(shown.Select(track => (long)track.Row * batch.Slots + slot));
            // A click is followed by the padding point; a box's corners show nothing by themselves.
            var attention = new AttentionObjective(slot == 0 ? weights.Match * weights.Click : 0, token: 2);
            var found = sam2.Heads.Decode(
                sam2.WithoutMemory(frames.Coarse).index_select(0, rows), frames.HighRes(sam2.sam_mask_decoder, rows), prompt, maskInput: null, languageEmbeds: null, observe: attention.Observer);
            var masks = shown.Select(track => track.Mask).ToList();
            var (target, visible) = (batch.Coverage(masks), batch.Visible(masks));
            _masks.Add(losses, "click", found, target, visible, sam2.UsesMultimask(isInitialPrompt: true, count), weights.Click / 2);
            attention.Add(losses, "click", target);
            losses.Add("click/J", MaskObjective.MeanIou(found.Masks.narrow(1, 0, 1), target, visible), 0);
        }
    }

    // The set pixel in the middle of all that are set, in reading order: always inside, mostly near the centre.
    private static float[] Click(byte[] mask, int side)
    {
        var set = Enumerable.Range(0, mask.Length).Where(i => mask[i] != 0).ToArray();
        var middle = set.Length == 0 ? 0 : set[set.Length / 2];
        return [middle % side, middle / side];
    }

    private static float[] Box(byte[] mask, int side)
    {
        var (left, top, right, bottom) = (side, side, 0, 0);
        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i] == 0)
                continue;
            (left, right) = (Math.Min(left, i % side), Math.Max(right, i % side + 1));
            (top, bottom) = (Math.Min(top, i / side), Math.Max(bottom, i / side + 1));
        }

        return [left, top, right, bottom];
    }
}
