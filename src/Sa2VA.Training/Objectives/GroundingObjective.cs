using Sa2VA.Models.Sam2;
using Sa2VA.Tensors;
using Sa2VA.Training.Data;

namespace Sa2VA.Training.Objectives;

/// <summary>Masks of prompt vectors, each decoded on single frames without memory, as both Sa2VA protocols do on key frames.</summary>
public sealed class GroundingObjective(TrainingNetwork network, LossWeights weights)
{
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
        var decoder = model.ModifiedDecoder ?? model.Sam2.sam_mask_decoder;
        var prompt = vectors.index_select(0, batch.Indexes(asked.Select(query => query.Vector))).unsqueeze(1);
        var attention = new AttentionObjective(weights.Match, token: 1);
        var found = model.Sam2.Heads.Decode(
            model.Sam2.WithoutMemory(frames.Coarse).index_select(0, rows), frames.HighRes(decoder, rows), points: null, maskInput: null, prompt, decoder, attention.Observer);

        var masks = asked.Select(query => query.Target).ToList();
        var (target, visible) = (batch.Coverage(masks), batch.Visible(masks));
        var multimask = model.Sam2.UsesMultimask(isInitialPrompt: true, points: 0);
        _masks.Add(losses, "ground", found, target, visible, multimask, weight: 1);
        losses.Add("ground/J", MaskObjective.MeanIou(found.Masks.narrow(1, 0, 1), target, visible), 0);
        attention.Add(losses, "ground", target);
    }

    private static IEnumerable<(long Row, long Vector, TargetMask Target)> Queries(TrainingBatch batch)
    {
        var vector = -1L;
        for (var clip = 0; clip < batch.Clips.Count; clip++)
        {
            foreach (var turn in batch.Clips[clip].Turns.Where(turn => turn.Segmentation >= 0))
            {
                vector++;
                foreach (var (slot, target) in turn.Masks)
                    yield return ((long)clip * batch.Slots + slot, vector, target);
            }
        }
    }
}
