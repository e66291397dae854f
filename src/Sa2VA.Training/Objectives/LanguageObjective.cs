using Sa2VA.Models.Sa2va;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Training.Objectives;

/// <summary>
/// What the language model says: cross-entropy of the answers, and the prompt vectors of their <c>[SEG]</c>. All turns of a clip are
/// read in one sequence after its key frames; each sees the frames and itself, as if it had been asked alone.
/// </summary>
public sealed class LanguageObjective(TrainingNetwork network, PromptTokens prompts, LossWeights weights)
{
    private const long Ignored = -100;
    private const float Hidden = -1e9f;

    // Of the weight of looking, beside the mask decoder's.
    private const double LookShare = 0.1;
    private const double Floor = 1e-4;

    /// <summary>Reads a batch.</summary>
    /// <returns>The prompt vectors [n, C] of all <c>[SEG]</c>, clip by clip and turn by turn.</returns>
    public Tensor Add(LossSum losses, TrainingBatch batch)
    {
        var model = network.Model;
        var pixels = batch.VisionFrames.to(network.LanguageType);
        var patches = model.Vision.vision_model.forward(pixels, model.Config.SelectLayer);                 // [B·K, 1 + g·g, C]
        var features = model.Vision.Project(patches, pixels.size(2));                                      // [B·K, tokens, H]
        AddDense(losses, batch, 0, network.VisionHeads, patches.narrow(1, 1, patches.size(1) - 1));
        AddDense(losses, batch, 1, network.TokenHeads, features);

        var frames = (int)(features.size(0) / batch.Clips.Count);
        var layout = new SequenceLayout(prompts.Prefix(frames), batch.Clips, prompts.Placeholder);
        var (rows, length) = (batch.Clips.Count, layout.Length);
        var ids = batch.Indexes(layout.Ids).view(rows, length);
        var embedded = model.LanguageModel.Embed(ids).reshape(rows * length, -1);
        var width = embedded.size(1);
        var spread = zeros_like(embedded).index_copy(0, batch.Indexes(layout.Placeholders), features.reshape(-1, width));
        var isFrame = ids.eq(prompts.Placeholder).view(-1, 1);
        embedded = where(isFrame, spread, embedded).view(rows, length, width);

        var mask = tensor(layout.Mask(Hidden), [rows, 1, length, length], embedded.device).to(network.LanguageType);
        var seen = new List<Tensor>();
        var half = model.Config.Language.Layers / 2;
        var looks = weights.Match > 0 && layout.Lookers.Count > 0;
        var states = model.LanguageModel.Read(embedded, mask, batch.Numbers(layout.Positions).view(rows, length), looks ? Keep : null).reshape(rows * length, width);
        if (looks)
            AddLooks(losses, batch, layout, seen);
        AddText(losses, "text", batch, layout.Learned, states, weights.Text);
        AddText(losses, "survey", batch, layout.Surveyed, states, weights.Text);
        var vectors = model.ProjectSegmentation(states.index_select(0, batch.Indexes(layout.Segmentations))).to(float32);
        AddClasses(losses, batch, vectors);
        return vectors;

        void Keep(int layer, Tensor scores)
        {
            if (layer >= half)
                seen.Add(scores.DetachFromDisposeScope());
        }
    }

    // What is meant can be read off a prompt vector.
    private void AddClasses(LossSum losses, TrainingBatch batch, Tensor vectors)
    {
        if (weights.Dense == 0 || network.PromptHeads.Count == 0)
            return;
        var turns = batch.Clips.SelectMany(clip => clip.Turns).Where(turn => turn.Segmentation >= 0).ToList();
        if (turns.TrueForAll(turn => turn.Classes.Count == 0))
            return;
        for (var kind = 0; kind < network.PromptHeads.Count; kind++)
        {
            var index = kind;
            var classes = batch.Indexes(turns.Select(turn => turn.Classes.Count == 0 ? -1L : 1 + turn.Classes[index]));
            losses.Add("dense/prompt", F.cross_entropy(network.PromptHeads[kind].forward(vectors), classes, -1), weights.Dense);
        }
    }

    // The first head of each layer in the second half looks at what the answer is about.
    private void AddLooks(LossSum losses, TrainingBatch batch, SequenceLayout layout, IEnumerable<Tensor> seen)
    {
        var rows = batch.Indexes(layout.Lookers.Select(looker => looker.Row));
        var looks = batch.Numbers(layout.Looks()).view(layout.Lookers.Count, layout.Length);
        foreach (var scores in seen)
        {
            scores.AttachToDisposeScope();
            var share = (scores.reshape(-1, layout.Length).index_select(0, rows).to(float32).softmax(-1) * looks).sum(1);
            losses.Add("look", -share.clamp(Floor).log().mean(), weights.Match * LookShare);
        }
    }

    // Only rows that are followed by a token to learn reach the head.
    private void AddText(LossSum losses, string name, TrainingBatch batch, List<(long Row, long Token)> learned, Tensor states, double weight)
    {
        if (weight == 0 || learned.Count == 0)
            return;
        var before = states.index_select(0, batch.Indexes(learned.Select(entry => entry.Row)));
        var wanted = batch.Indexes(learned.Select(entry => entry.Token));
        var logits = network.Model.LanguageModel.Logits(before);
        losses.Add(name, F.cross_entropy(logits, wanted, Ignored), weight);
        using var quiet = no_grad();
        losses.Add($"{name}/right", logits.detach().argmax(1).eq(wanted).to(float32).mean(), 0);
    }

    private void AddDense(LossSum losses, TrainingBatch batch, int grid, IReadOnlyList<Sa2VA.Models.Layers.Linear> heads, Tensor features)
    {
        if (weights.Dense == 0 || batch.Clips[0].VisionLabels.Count == 0)
            return;
        CellClasses.Add(
            losses, grid == 0 ? "dense/vision" : "dense/tokens", heads, features.reshape(-1, features.size(2)).to(float32), batch.Labels(clip => clip.VisionLabels[grid]), weights.Dense);
    }
}
