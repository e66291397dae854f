using Sa2VA.Models.Sam2;
using Sa2VA.Tensors;
using Sa2VA.Training.Data;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Training.Objectives;

/// <summary>
/// Masks of tracked frames: a mask prompts a frame before and one after, their memories and those of the frames tracked so far
/// condition the next one, as <see cref="Models.Sam2.Tracking.VideoTracker"/> does it (SAM 2, section 4). M tracks.
/// </summary>
public sealed class TrackingObjective(TrainingNetwork network, LossWeights weights)
{
    private readonly MaskObjective _masks = new(weights);

    private sealed record Remembered(Tensor Memory, Tensor Pointer);

    /// <summary>Adds the losses of all tracked slots.</summary>
    public void Add(LossSum losses, TrainingBatch batch, FrameFeatures frames)
    {
        if (weights.Tracking == 0)
            return;
        var tracks = batch.Clips.SelectMany((clip, row) => clip.Tracks.Select(masks => (Row: row, Clip: clip, Masks: masks))).ToList();
        var last = batch.Slots - 1;
        var config = network.Model.Sam2.Config;
        var (before, after) = (Condition(0), Condition(last));
        // Nothing can be known of what neither prompt shows.
        var counted = batch.Numbers(tracks.Select(track => track.Masks[0].IsVisible || track.Masks[last].IsVisible ? 1f : 0f));
        var walked = new List<Remembered>();
        for (var slot = 1; slot < last; slot++)
        {
            var rows = Rows(slot);
            var embedding = network.Model.Sam2.Reader.AttendWhole(frames.Coarse.index_select(0, rows), Spatial(slot), Pointers(slot), config.MaxObjPtrsInEncoder);
            var decoder = network.Model.Sam2.sam_mask_decoder;
            var highRes = frames.HighRes(decoder, rows);
            var multimask = network.Model.Sam2.UsesMultimask(isInitialPrompt: false, points: 0);
            var found = network.Model.Sam2.Heads.Decode(embedding, highRes, points: null, maskInput: null, languageEmbeds: null);
            var head = network.Model.Sam2.Heads.Choose(found, multimask, blankAbsent: false);
            var targets = tracks.Select(track => track.Masks[slot]).ToList();
            var (target, visible) = (batch.Coverage(targets), batch.Visible(targets));
            _masks.Add(losses, "track", found, target, visible, multimask, weights.Tracking / (last - 1), counted);
            losses.Add("track/J", MaskObjective.MeanIou(head.LowResMasks, target, visible * counted), 0);
            if (slot == last - 1)
                break;
            var memory = network.Model.Sam2.EncodeMemory(frames.Coarse.index_select(0, rows), head.HighResMasks, head.ObjectScoreLogits, isMaskFromPoints: false);
            walked.Add(new Remembered(memory, head.ObjPtr));
        }

        Tensor Rows(int slot) => batch.Indexes(tracks.Select(track => (long)track.Row * batch.Slots + slot));

        Remembered Condition(int slot)
        {
            var (sam2, rows) = (network.Model.Sam2, Rows(slot));
            var features = frames.Coarse.index_select(0, rows);
            var prompt = batch.Prompts([.. tracks.Select(track => track.Masks[slot])]);
            var head = sam2.Heads.UseMaskAsOutput(features, frames.HighRes(sam2.sam_mask_decoder, rows), prompt);
            var shown = F.interpolate(head.LowResMasks, config.ImageSize, config.ImageSize);
            return new Remembered(sam2.EncodeMemory(features, shown, head.ObjectScoreLogits, isMaskFromPoints: true), head.ObjPtr);
        }

        // Prompted frames first, then the walk from the oldest on; the frame just behind has row 0.
        List<(Tensor, int)> Spatial(int slot)
        {
            var spatial = new List<(Tensor, int)> { (before.Memory, config.NumMaskmem - 1), (after.Memory, config.NumMaskmem - 1) };
            var kept = Math.Min(walked.Count, config.NumMaskmem - 1);
            for (var back = kept; back >= 1; back--)
                spatial.Add((walked[^back].Memory, back - 1));
            return spatial;
        }

        // A walk of n frames covers n strides; prompted frames are as far away in strides.
        List<(Tensor, Tensor)> Pointers(int slot)
        {
            var pointers = new List<(Tensor, Tensor)> { (before.Pointer, Distance(slot, 0)) };
            if (!config.OnlyObjPtrsInThePast)
                pointers.Add((after.Pointer, Distance(slot, last)));
            for (var back = 1; back <= Math.Min(walked.Count, config.MaxObjPtrsInEncoder - 1); back++)
                pointers.Add((walked[^back].Pointer, batch.Numbers(tracks.Select(_ => (float)back))));
            return pointers;
        }

        Tensor Distance(int slot, int other) => batch.Numbers(tracks.Select(track =>
        {
            var frames = other < slot ? track.Clip.Gaps[other..slot].Sum() : -track.Clip.Gaps[slot..other].Sum();
            var stride = Math.Max(1, track.Clip.Gaps[1]);
            var distance = MathF.Round(frames / (float)stride);
            return config.UseSignedTposEncToObjPtrs ? distance : Math.Abs(distance);
        }));
    }
}
