using Sa2VA.Models.Sam2;
using Sa2VA.Tensors;
using Sa2VA.Training.Data;

namespace Sa2VA.Training.Objectives;

/// <summary>Masks of prompt vectors, each decoded on single frames without memory, as both Sa2VA protocols do on key frames.</summary>
public sealed class GroundingObjective(TrainingNetwork network, LossWeights weights)
{
    // Keeps a vector of zeros from having an angle.
    private const double Tiny = 1e-12;

    private readonly MaskObjective _masks = new(weights);

    /// <summary>Adds the losses.</summary>
    /// <param name="losses">Receives them.</param>
    /// <param name="batch">Gives the targets.</param>
    /// <param name="frames">Features of [B·slots] frames.</param>
    /// <param name="vectors">[n, C] from <see cref="LanguageObjective"/>.</param>
    public void Add(LossSum losses, TrainingBatch batch, FrameFeatures frames, Tensor vectors)
    {
        var asked = Queries(batch).ToList();
        if (asked.Count == 0)
            return;
        var model = network.Model;
        var rows = batch.Indexes(asked.Select(query => query.Row));
        var asVectors = vectors.index_select(0, batch.Indexes(asked.Select(query => query.Vector)));       // [N, C]
        var masks = asked.Select(query => query.Target).ToList();
        var truth = (Cover: batch.Coverage(masks), Visible: batch.Visible(masks));
        var multimask = model.Sam2.UsesMultimask(isInitialPrompt: true, points: 0);
        var decoder = model.ModifiedDecoder ?? model.Sam2.sam_mask_decoder;
        if (model.Decoupled is not { } head)
        {
            _ = Decode("ground", asVectors, decoder);
            return;
        }

        // DeSa2VA, section 3.4: what is seen, what is said and both together, each against the truth.
        var (visual, text) = head.Split(asVectors);
        var fused = head.Fuse(Chosen(Decode("ground", visual, decoder)), Chosen(Decode("said", text, head.TextDecoder)));
        _masks.Add(losses, "fused", fused, truth.Cover);
        losses.Add("fused/J", MaskObjective.MeanIou(fused, truth.Cover, truth.Visible), 0);
        if (weights.Orthogonality > 0)
            losses.Add("orthogonality", SquaredCosine(visual, text), weights.Orthogonality);

        // The masks that would be chosen when the truth is not known, [N, 1, s, s].
        Tensor Chosen(MaskCandidates found)
        {
            if (!multimask) return found.Masks.narrow(1, 0, 1);
            var (candidates, ious) = found.Ambiguous();
            return MaskCandidates.Pick(candidates, ious.detach().argmax(-1));
        }

        // Adds the losses of one decoder.
        MaskCandidates Decode(string name, Tensor prompts, Sam2MaskDecoder by)
        {
            var attention = new AttentionObjective(weights.Match, token: 1);
            var found = model.Sam2.Heads.Decode(
                model.Sam2.WithoutMemory(frames.Coarse).index_select(0, rows), frames.HighRes(by, rows), points: null, maskInput: null, prompts.unsqueeze(1), by, attention.Observer);
            _masks.Add(losses, name, found, truth.Cover, truth.Visible, multimask, weight: 1);
            losses.Add($"{name}/J", MaskObjective.MeanIou(found.Masks.narrow(1, 0, 1), truth.Cover, truth.Visible), 0);
            attention.Add(losses, name, truth.Cover);
            return found;
        }
    }

    // Mean over rows of [N, C].
    private static Tensor SquaredCosine(Tensor first, Tensor second)
    {
        var product = (first * second).sum([1]);
        var norms = (first * first).sum([1]) * (second * second).sum([1]);
        return (product * product / (norms + Tiny)).mean();
    }

    private static IEnumerable<(long Row, long Vector, TargetMask Target)> Queries(TrainingBatch batch)
    {
        var vector = -1L;
        for (var clip = 0; clip < batch.Clips.Count; clip++)
        {
            foreach (var segment in batch.Clips[clip].Turns.SelectMany(turn => turn.Segments))
            {
                vector++;
                foreach (var (slot, target) in segment.Masks)
                    yield return ((long)clip * batch.Slots + slot, vector, target);
            }
        }
    }
}
