using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Training.Objectives;

/// <summary>
/// What the language model says: cross-entropy of the answers, and the prompt vectors of their <c>[SEG]</c>. All clips' key frames and
/// turns are read at once; each turn sees its frames and itself, as if it had been asked alone.
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
        var ids = batch.Indexes(layout.Ids);
        var embedded = model.LanguageModel.Embed(ids);
        var shown = features.reshape(-1, embedded.size(1));
        var spread = zeros_like(embedded).index_copy(0, batch.Indexes(layout.Placeholders), shown);
        if (layout.Repeated.Count > 0)
            spread = spread.index_copy(0, batch.Indexes(layout.Repeated.Select(one => one.Place)), shown.index_select(0, batch.Indexes(layout.Repeated.Select(one => one.Row))));
        embedded = where(ids.eq(prompts.Placeholder).view(-1, 1), spread, embedded);                       // [n, H]

        var seen = new List<Tensor>();
        var half = model.Config.Language.Layers / 2;
        var looks = weights.Match > 0 && layout.Lookers.Count > 0;
        var states = model.LanguageModel.Read(embedded, Spans(batch, layout), batch.Numbers(layout.Positions), looks ? Keep : null, half);
        if (looks)
            AddLooks(losses, batch, layout, seen);
        AddText(losses, "text", batch, layout.Learned, states, weights.Text);
        AddText(losses, "survey", batch, layout.Surveyed, states, weights.Text);
        AddText(losses, "conclusion", batch, layout.Concluded, states, weights.Text);
        var vectors = model.ProjectSegmentation(states.index_select(0, batch.Indexes(layout.Segmentations))).to(float32);
        AddClasses(losses, batch, vectors);
        return vectors;

        void Keep(int span, Tensor scores) => seen.Add(scores.DetachFromDisposeScope());
    }

    private AttentionSpans Spans(TrainingBatch batch, SequenceLayout layout) => new(
        [
            .. layout.Spans.Select(span => new AttentionSpan(
                batch.Indexes(span.Queries()), batch.Indexes(span.Keys()), span.Pieces.Count,
                batch.Numbers(span.Mask(Hidden)).view(1, 1, span.Length, span.Before + span.Length).to(network.LanguageType))),
        ],
        batch.Indexes(layout.Places));

    // What is meant can be read off a prompt vector.
    private void AddClasses(LossSum losses, TrainingBatch batch, Tensor vectors)
    {
        if (weights.Dense == 0 || network.PromptHeads.Count == 0)
            return;
        var segments = batch.Clips.SelectMany(clip => clip.Turns).SelectMany(turn => turn.Segments).ToList();
        if (segments.TrueForAll(segment => segment.Classes.Count == 0))
            return;
        for (var kind = 0; kind < network.PromptHeads.Count; kind++)
        {
            var index = kind;
            var classes = batch.Indexes(segments.Select(segment => segment.Classes.Count == 0 ? -1L : 1 + segment.Classes[index]));
            losses.Add("dense/prompt", F.cross_entropy(network.PromptHeads[kind].forward(vectors), classes, -1), weights.Dense);
        }
    }

    // The first head of each layer in the second half looks at what the answer is about. seen: layer by layer, span by span.
    private void AddLooks(LossSum losses, TrainingBatch batch, SequenceLayout layout, List<Tensor> seen)
    {
        foreach (var scores in seen) scores.AttachToDisposeScope();
        foreach (var layer in seen.Chunk(layout.Spans.Count))
        {
            var (shares, first) = (new List<Tensor>(), 0L);
            foreach (var (span, scores) in layout.Spans.Zip(layer))
            {
                var (rows, width) = ((long)span.Pieces.Count * span.Length, span.Before + span.Length);
                var lookers = layout.Lookers.Where(looker => layout.Places[looker.Row] >= first && layout.Places[looker.Row] < first + rows).ToList();
                if (lookers.Count > 0)
                {
                    var from = first;
                    var chosen = scores.reshape(-1, width).index_select(0, batch.Indexes(lookers.Select(looker => layout.Places[looker.Row] - from)));
                    shares.Add((chosen.to(float32).softmax(-1) * batch.Numbers(layout.Looks(lookers, width)).view(-1, width)).sum(1));
                }

                first += rows;
            }

            losses.Add("look", -cat([.. shares]).clamp(Floor).log().mean(), weights.Match * LookShare);
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
